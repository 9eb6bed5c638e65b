#include "host/app/describe_input.hpp"

namespace tauvox {

void describe_input(std::vector<Setting<Settings>>& rows) {
  const auto add = [&](SettingFacts facts, auto member) {
    facts.group = "Input";
    facts.changes_result = facts.for_inspect = facts.for_evaluate = true;
    rows.push_back(setting<Settings>(facts, member));
  };
  add({.name = "input",
       .kind = Kind::path_in,
       .meaning = "volume (HDF5, TIFF, .vti, .npy, .npz, .mha, .nrrd, .nii, raw, or a folder of TIFF or PNG "
                  "slices); for "
                  "solve and evaluate also a study file (.toml)",
       .positional = true,
       .required = true},
      &Settings::input);
  add(
      {.name = "dataset",
       .meaning =
           "HDF5: path of the dataset; .vti, .npz: name of the array; folder of slices: names of the series, "
           "such as slice_#.tif; where there are several"},
      [](auto& s) -> auto& { return s.read.dataset; });
  add(
      {.name = "shape", .kind = Kind::shape, .meaning = "raw: shape of the array", .unit = "voxels z,y,x"},
      [](auto& s) -> auto& { return s.read.shape; });
  add(
      {.name = "dtype",
       .kind = Kind::choice,
       .meaning = "raw: type of a voxel",
       .choices = named(
           {"uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float32", "float64"})},
      [](auto& s) -> auto& { return s.read.dtype; });
  add(
      {.name = "byte-order",
       .kind = Kind::choice,
       .meaning = "raw: order of the bytes of a voxel",
       .choices = named({"little", "big"})},
      [](auto& s) -> auto& { return s.read.byte_order; });
  add(
      {.name = "header-bytes",
       .kind = Kind::integer,
       .meaning = "raw: skip this many before the voxels",
       .unit = "bytes",
       .range = Range{0}},
      [](auto& s) -> auto& { return s.read.header_bytes; });
  add(
      {.name = "as-2d", .kind = Kind::flag, .meaning = "accept a 2-D image as one layer"},
      [](auto& s) -> auto& { return s.read.as_2d; });
  add(
      {.name = "axes",
       .kind = Kind::letters,
       .meaning =
           "letters of the axes of the array as it is stored, slowest first: xyz, tzyx; wins over the file"},
      [](auto& s) -> auto& { return s.read.axes; });
  add(
      {.name = "slice",
       .kind = Kind::places,
       .meaning =
           "arrays of more than three axes: where along the others, e.g. c=0,t=2; an axis without a name "
           "is called by its number"},
      [](auto& s) -> auto& { return s.read.slice; });
  add(
      {.name = "crop",
       .kind = Kind::ranges,
       .meaning = "ranges z,y,x to read, e.g. 0:100,50:200,: (end not included)",
       .unit = "voxels"},
      [](auto& s) -> auto& { return s.read.crop; });
  add(
      {.name = "filter",
       .kind = Kind::filters,
       .meaning =
           "grey volumes, before thresholds: median (of 3x3x3 voxels), median=5, gaussian=1.5 (standard "
           "deviation in voxels), or several in turn"},
      [](auto& s) -> auto& { return s.read.filters; });
  add(
      {.name = "threshold",
       .kind = Kind::thresholds,
       .meaning =
           "grey volumes: label = number of thresholds <= value; otsu finds one threshold, otsu3 two, from "
           "the histogram",
       .unit = "grey value"},
      [](auto& s) -> auto& { return s.read.thresholds; });
  add(
      {.name = "voxel-size",
       .kind = Kind::lengths,
       .meaning = "edge of a voxel, e.g. 0.4um, or z,y,x as 0.4,0.4,0.5um; wins over the file",
       .unit = "nm, um, mm, cm, m"},
      [](auto& s) -> auto& { return s.read.voxel_size; });
  add(
      {.name = "outside",
       .kind = Kind::outside,
       .meaning = "voxels that are none of the sample, as around a cylinder: those of a label (after "
                  "thresholds), or "
                  "nan; they conduct nothing, and no fraction, surface or size counts them"},
      [](auto& s) -> auto& { return s.read.outside; });
  add({.name = "mask",
       .kind = Kind::path_in,
       .meaning =
           "volume of the same shape: where it is 0 a voxel is outside, as with --outside; it is cropped "
           "as the volume is",
       .by_content = true},
      &Settings::mask);
  add({.name = "mask-dataset", .meaning = "dataset or array of the mask, as --dataset"},
      &Settings::mask_dataset);
  add(
      {.name = "hdf5-plugins",
       .kind = Kind::path_in,
       .meaning = "HDF5: folder whose filters may be loaded, such as that of Python's hdf5plugin; they are "
                  "program code, so name one that you trust"},
      [](auto& s) -> auto& { return s.read.hdf5_plugins; });
  add(
      {.name = "external-files",
       .kind = Kind::path_in,
       .meaning =
           "HDF5: folder of other files that the file may name, by links, as raw storage or as sources of "
           "a virtual dataset; no file elsewhere is opened"},
      [](auto& s) -> auto& { return s.read.external_files; });
  add({.name = "resample",
       .kind = Kind::resample,
       .meaning =
           "make the voxels cubes of this edge, or of their shortest, each with the label of the nearest"},
      &Settings::resample);
  add({.name = "orient",
       .kind = Kind::orient,
       .meaning =
           "turn the volume: what z, y and x are of the axes that were read, - for reversed ones: -x,y,z "
           "turns it by 90 degrees about y; a mirror image is said; all behind it is in the new axes"},
      &Settings::orient);
  add({.name = "clean",
       .kind = Kind::pairs,
       .meaning =
           "islands and holes: clusters of a label or phase of fewer voxels than this get the label around "
           "them, e.g. pore=27,active=8",
       .unit = "voxels"},
      &Settings::clean);
}

}  // namespace tauvox
