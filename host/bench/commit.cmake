# Writes OUTPUT, a header with what `git describe` says of SOURCE now; the file is touched only when that changes.
execute_process(COMMAND git describe --always --dirty WORKING_DIRECTORY ${SOURCE}
                OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
if(failed OR NOT commit)
  set(commit unknown)
endif()
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT "#define TAUVOX_BUILD_COMMIT \"${commit}\"\n" @ONLY)
