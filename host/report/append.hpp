// Lists of a report, one behind the other.
#pragma once

#include <vector>

namespace tauvox {

template <class T>
void append(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

}  // namespace tauvox
