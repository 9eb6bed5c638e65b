#include "io/replaces_input.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "io/write.hpp"
#include "kernels/base/error.hpp"

namespace tauvox::io {

void check_replaces_no_input(const std::string& output, const std::vector<std::string>& inputs,
                             const std::string& folder) {
  namespace fs = std::filesystem;
  const auto refuse = [&](const std::string& why) {
    throw Error(ExitCode::usage, "an output is the input", output, why, "give the output another name");
  };
  for (const std::string& input : inputs)
    if (!input.empty() && same_file(output, input)) refuse(fmt::format("it is the same file as {}", input));
  std::error_code failed;
  const fs::path path = fs::absolute(output, failed);
  const std::string ending = path.extension().string();
  const bool is_image = ending == ".tif" || ending == ".tiff" || ending == ".png";
  if (!folder.empty() && is_image && fs::equivalent(path.parent_path(), folder, failed))
    refuse(fmt::format("it would be among the slices of {}", folder));
}

}  // namespace tauvox::io
