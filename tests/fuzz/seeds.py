"""Small whole files of each form, for tests/fuzz/run.sh. usage: seeds.py FOLDER"""

import base64
import gzip
import shutil
import struct
import sys
import zlib
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


def ensembles(path):
    """As DREAM.3D names phases."""
    with h5py.File(path, "w") as file:
        file["DataContainers/Image/CellData/Phases"] = LABELS[..., None].astype("i4")
        file.create_dataset("DataContainers/Image/Ensembles/PhaseName", data=["pore", "active", "binder"],
                            dtype=h5py.string_dtype("ascii"))


def vti(path, kind="UInt8", form="ascii", data=LABELS, of="CellData", compressed=False):
    """As VTK's writer and others have it: numbers as text, base64 in place, or bytes at the end."""
    more = 0 if of == "CellData" else 1
    extent = " ".join(f"0 {length - more}" for length in data.shape[::-1])
    raw = data.tobytes()
    size = struct.pack("<Q", len(raw))
    if compressed:
        packed = zlib.compress(raw)
        size, raw = struct.pack("<4Q", 1, len(raw), 0, len(packed)), packed
    body, tail = "", b""
    if form == "ascii":
        body = " ".join(map(str, data.ravel()))
    elif form == "binary":
        body = (base64.b64encode(size) + base64.b64encode(raw)).decode() if compressed else base64.b64encode(size + raw).decode()
    else:
        tail = b'<AppendedData encoding="raw">_' + size + raw + b"</AppendedData>"
    compressor = ' compressor="vtkZLibDataCompressor"' if compressed else ""
    offset = ' offset="0"' if form == "appended" else ""
    path.write_bytes(
        f'<?xml version="1.0"?>\n<VTKFile type="ImageData" version="1.0" byte_order="LittleEndian" header_type="UInt64"{compressor}>'
        f'<ImageData WholeExtent="{extent}" Origin="0 0 0" Spacing="0.5 1 2"><Piece Extent="{extent}"><{of} Scalars="label">'
        f'<DataArray type="{kind}" Name="label" format="{form}"{offset}>{body}</DataArray></{of}></Piece></ImageData>'.encode()
        + tail + b"</VTKFile>\n")


def make_all(folder):
    for form in ("h5", "tif", "npy", "npz", "mha", "nrrd", "nii", "nii.gz", "png", "vti"):
        (folder / form).mkdir(parents=True, exist_ok=True)
    hdf5(folder / "h5/contiguous.h5")
    hdf5(folder / "h5/gzip.h5", chunks=(2, 3, 4), compression="gzip", shuffle=True, fletcher32=True)
    hdf5(folder / "h5/lzf.h5", data=LABELS.astype("u2"), chunks=(2, 3, 4), compression="lzf")
    hdf5(folder / "h5/scaled.h5", chunks=(2, 3, 4), scaleoffset=0)
    hdf5(folder / "h5/latest.h5", libver="latest", chunks=(2, 3, 4), compression="gzip")
    for name in ("itk.hdf5", "xarray.nc", "vtk.vtkhdf"):
        shutil.copy(GOLDEN / name, folder / "h5")
    ensembles(folder / "h5/ensembles.h5")
    tifffile.imwrite(folder / "tif/plain.tif", LABELS, photometric="minisblack")
    tifffile.imwrite(folder / "tif/zlib.tif", LABELS, photometric="minisblack", compression="zlib")
    tifffile.imwrite(folder / "tif/tiled.tif", LABELS, photometric="minisblack", tile=(16, 16))
    tifffile.imwrite(folder / "tif/big.tif", LABELS.astype("f4"), photometric="minisblack", bigtiff=True)
    tifffile.imwrite(folder / "tif/imagej.tif", LABELS, imagej=True, metadata={"spacing": 5.0, "unit": "um"})
    tifffile.imwrite(folder / "tif/ome.tif", LABELS, ome=True, metadata={"axes": "ZYX", "PhysicalSizeX": 0.1}, photometric="minisblack")
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
    vti(folder / "vti/text.vti")
    vti(folder / "vti/base64.vti", "Int32", "binary", LABELS.astype("i4"))
    vti(folder / "vti/packed.vti", "UInt16", "binary", LABELS.astype("u2"), compressed=True)
    vti(folder / "vti/bytes.vti", form="appended")
    vti(folder / "vti/packed_bytes.vti", "Float32", "appended", LABELS.astype("f4"), compressed=True)
    vti(folder / "vti/points.vti", form="appended", of="PointData")
    for path in sorted((GOLDEN / "imageio_png").glob("*.png"))[:2]:
        shutil.copy(path, folder / "png")


make_all(Path(sys.argv[1]))
