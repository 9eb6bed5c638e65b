// What the volumes of a lot hold. Reading all of a large volume takes minutes, and a hundred workers would
// each read all: what one of them found is in the states, and holds while the files look the same.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "host/batch/lot.hpp"

namespace tauvox {

class KnownContents {
 public:
  /// Reads the states in the folders below `volumes`.
  void look_into(const std::string& volumes);
  /// Read where it is not known. @throws Error(input_refused) where that cannot be done
  VolumeContent of(const std::string& path);
  /// Of a volume that somebody has read; nothing is read for one that nobody has.
  std::optional<VolumeContent> if_known(const std::string& path);
  bool is_known(const std::string& path) const { return known_.contains(path); }

 private:
  std::map<std::string, std::vector<VolumeContent>> known_;  // by path: it may have held others before
};

}  // namespace tauvox
