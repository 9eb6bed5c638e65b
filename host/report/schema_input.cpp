// The JSON schema of what a report says of its volume.
#include "host/report/schema_parts.hpp"

namespace tauvox {

using namespace schema_parts;

namespace {

Json grey_schema() {
  Json grey = object("The values look like those of an image: grey value = of_label_0 + step * label.",
                     {{"of_label_0", described("number", "grey value of label 0")},
                      {"step", amount("grey values from a label to the next")},
                      {"otsu", list_of(described("number", "a threshold"), "for two classes")},
                      {"otsu3", list_of(described("number", "a threshold"), "for three classes")}});
  grey["type"] = {"object", "null"};
  return grey;
}

Json thresholds_schema() {
  Json thresholds =
      list_of(described("number", "a grey value, with all digits that --threshold needs"),
              "That made labels of the grey values: given, or found by Otsu's method; null: the labels "
              "are the values.");
  thresholds["type"] = {"array", "null"};
  return thresholds;
}

Json outside_schema() {
  Json outside =
      object("Voxels that are none of the sample: they conduct nothing, and nothing counts them.",
             {{"voxels", amount("number of them", "integer")},
              {"label", described("integer", "which they have in files that the program writes")},
              {"source", text("the options that took them out")},
              {"mask_sha256", described({"string", "null"}, "of the bytes of the mask; null: there is none",
                                        {{"pattern", "^[0-9a-f]{64}$"}})}});
  outside["type"] = {"object", "null"};
  return outside;
}

}  // namespace

Json schema_of_input() {
  const Json positive{{"type", "number"}, {"exclusiveMinimum", 0}};
  return object(
      "The volume.",
      {{"path", text("as given")},
       {"sha256", described({"string", "null"}, "of the bytes of the file; null in a build without OpenSSL",
                            {{"pattern", "^[0-9a-f]{64}$"}})},
       {"labels", amount("number of different labels", "integer")},
       {"dataset", text_or_null("path in an HDF5 file; null for other formats")},
       {"format", text("HDF5, TIFF or raw")},
       {"stored_type", text("type of a voxel in the file")},
       {"shape",
        described("array", "voxels z,y,x that were evaluated, after a crop",
                  {{"items", {{"type", "integer"}, {"minimum", 1}}}, {"minItems", 3}, {"maxItems", 3}})},
       {"axes", described("array", "names of the axes of every triple", {{"const", {"z", "y", "x"}}})},
       {"voxel_size_m",
        described({"array", "null"}, "edge of a voxel along z,y,x in m; null: unknown, see voxel_ratio",
                  {{"items", positive}, {"minItems", 3}, {"maxItems", 3}})},
       {"voxel_ratio",
        described(
            {"array", "null"},
            "edges of a voxel along z,y,x over the shortest, where the file states steps without a unit; "
            "null: not needed, or a cube",
            {{"items", positive}, {"minItems", 3}, {"maxItems", 3}})},
       {"voxel_size_source", text_or_null("where voxel size or ratio come from; null: unknown")},
       {"outside", outside_schema()},
       {"grey", grey_schema()},
       {"thresholds", thresholds_schema()},
       {"history",
        list_of(described("object", "a step: what was made, of what and by which options",
                          {{"additionalProperties", {{"type", "string"}}}}),
                "how the file came about, as it states itself, the oldest step first; empty for files that "
                "tauvox did not write")}});
}

}  // namespace tauvox
