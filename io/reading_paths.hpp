// Paths that follow from the one that is read: files beside a header, links. Internal to io/; what the
// program asks of it stands in io/input_file.hpp.
#pragma once

#include <memory>
#include <string>

#include "io/input_file.hpp"

namespace tauvox::io {

/// The process that reads is confined to the folder, and a file in it may be a link to anywhere.
/// @param what "a slice is": begins the message
/// @throws Error(input_refused) where `path` is a link that leads out of `folder`
void refuse_link_out(const std::string& folder, const std::string& path, const std::string& what);

/// A file that a header names: a plain name, in the folder of the header or, where that is a link, of the
/// file it leads to.
/// @throws Error(input_refused) for other paths and for links that lead out of the folder
std::string path_beside(const InputFile& header, const std::string& name);
/// @throws Error(input_refused) as path_beside and InputFile do
std::unique_ptr<InputFile> open_beside(const InputFile& header, const std::string& name);

}  // namespace tauvox::io
