"""Small whole files of each form, for tests/fuzz/run.sh. usage: seeds.py FOLDER"""

import gzip
import shutil
import sys
from pathlib import Path

import h5py
import numpy
import tifffile

LABELS = (numpy.indices((4, 5, 6)).sum(0) % 3).astype("u1")
GOLDEN = Path(__file__).parents[1] / "io/golden"


def hdf5(path, data=LABELS, libver=None, **options):
    with h5py.File(path, "w", libver=libver) as file:
        made = file.create_dataset("a/volume", data=data, **options)
        made.attrs["element_size_um"] = [0.4, 0.4, 0.5]
        file["soft"] = h5py.SoftLink("/a/volume")


def make_all(folder):
    for form in ("h5", "tif", "npy", "npz", "mha", "nrrd", "nii", "nii.gz", "png"):
        (folder / form).mkdir(parents=True, exist_ok=True)
    hdf5(folder / "h5/contiguous.h5")
    hdf5(folder / "h5/gzip.h5", chunks=(2, 3, 4), compression="gzip", shuffle=True, fletcher32=True)
    hdf5(folder / "h5/lzf.h5", data=LABELS.astype("u2"), chunks=(2, 3, 4), compression="lzf")
    hdf5(folder / "h5/scaled.h5", chunks=(2, 3, 4), scaleoffset=0)
    hdf5(folder / "h5/latest.h5", libver="latest", chunks=(2, 3, 4), compression="gzip")
    tifffile.imwrite(folder / "tif/plain.tif", LABELS, photometric="minisblack")
    tifffile.imwrite(folder / "tif/zlib.tif", LABELS, photometric="minisblack", compression="zlib")
    tifffile.imwrite(folder / "tif/tiled.tif", LABELS, photometric="minisblack", tile=(16, 16))
    tifffile.imwrite(folder / "tif/big.tif", LABELS.astype("f4"), photometric="minisblack", bigtiff=True)
    tifffile.imwrite(folder / "tif/imagej.tif", LABELS, imagej=True, metadata={"spacing": 5.0, "unit": "um"})
    tifffile.imwrite(folder / "tif/ome.tif", LABELS, ome=True, metadata={"PhysicalSizeX": 0.1}, photometric="minisblack")
    for kind in ("u1", ">i2", "f4"):
        numpy.save(folder / f"npy/{kind[-2:]}.npy", LABELS.astype(kind))
    numpy.save(folder / "npy/fortran.npy", numpy.asfortranarray(LABELS))
    numpy.savez(folder / "npz/stored.npz", volume=LABELS)
    numpy.savez_compressed(folder / "npz/deflated.npz", volume=LABELS, other=LABELS[0])
    shutil.copy(GOLDEN / "itk_compressed.mha", folder / "mha")
    shutil.copy(GOLDEN / "pynrrd.nrrd", folder / "nrrd")
    shutil.copy(GOLDEN / "itk_compressed.nrrd", folder / "nrrd")
    shutil.copy(GOLDEN / "itk.nii", folder / "nii")
    for name in ("nibabel", "nibabel2"):
        shutil.copy(GOLDEN / f"{name}.nii.gz", folder / "nii.gz")
        (folder / f"nii/{name}.nii").write_bytes(gzip.decompress((GOLDEN / f"{name}.nii.gz").read_bytes()))
    for path in sorted((GOLDEN / "imageio_png").glob("*.png"))[:2]:
        shutil.copy(path, folder / "png")


make_all(Path(sys.argv[1]))
