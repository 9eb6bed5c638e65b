# Spack: `spack repo add examples/hpc/spack`, then in the root of the sources
#
#   spack dev-build tauvox@0.1.0 +hdf5 ~cuda
#
# This file is untested: no machine that tests the program has Spack.
from spack.package import *


class Tauvox(CMakePackage, CudaPackage):
    """Effective transport of battery electrode microstructures, from a segmented volume, with bounds on the error."""

    license("BSD-3-Clause")
    version("0.1.0")

    variant("hdf5", default=True, description="HDF5 files")
    variant("tiff", default=True, description="TIFF files")
    variant("png", default=True, description="PNG slices")
    variant("vtk", default=False, description=".vti files and pictures")
    variant("openssl", default=True, description="SHA-256 of the input")
    variant("muparser", default=False, description="laws of the grey value")

    depends_on("c", type="build")
    depends_on("cxx", type="build")
    depends_on("cmake@3.22:", type="build")
    depends_on("ninja", type="build")
    depends_on("fmt")
    depends_on("cli11", type="build")
    depends_on("tomlplusplus", type="build")
    depends_on("nlohmann-json", type="build")
    depends_on("thrust", type="build", when="~cuda")
    depends_on("zlib-api")
    depends_on("hdf5@1.10.5: ~mpi", when="+hdf5")
    depends_on("libtiff", when="+tiff")
    depends_on("libpng", when="+png")
    depends_on("vtk@9:", when="+vtk")
    depends_on("openssl", when="+openssl")
    depends_on("muparser", when="+muparser")

    generator("ninja")

    def cmake_args(self):
        args = [self.define("TAUVOX_TESTS", False), self.define("TAUVOX_DEV", False)]
        for option in ("hdf5", "tiff", "png", "vtk", "openssl", "muparser", "cuda"):
            args.append(self.define("TAUVOX_" + option.upper(), "ON" if self.spec.satisfies("+" + option) else "OFF"))
        if self.spec.satisfies("+cuda") and self.spec.variants["cuda_arch"].value[0] != "none":
            args.append(self.define("CMAKE_CUDA_ARCHITECTURES", ";".join(self.spec.variants["cuda_arch"].value)))
        return args
