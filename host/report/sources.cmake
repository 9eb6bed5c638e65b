# Writes OUTPUT, a header with a digest of the sources below SOURCE that make a number; the file is touched only when
# that changes.
file(GLOB files RELATIVE ${SOURCE} ${SOURCE}/CMakeLists.txt ${SOURCE}/kernels/*/*pp ${SOURCE}/io/*pp ${SOURCE}/host/*/*pp)
set(digests "")
foreach(file IN LISTS files)
  file(SHA256 ${SOURCE}/${file} digest)
  string(APPEND digests "${file} ${digest}\n")
endforeach()
string(SHA256 digest "${digests}")
string(SUBSTRING ${digest} 0 12 digest)
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT "#define TAUVOX_SOURCES \"${digest}\"\n" @ONLY)
