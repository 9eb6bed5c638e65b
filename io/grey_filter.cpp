#include "io/grey_filter.hpp"

#include <algorithm>
#include <cmath>
#include <type_traits>

namespace tauvox::io {

void copy_as_float(Element element, const void* values, std::int64_t count, float* to, FloatCopy& seen) {
  with_type(element, [&](auto zero) {
    using T = decltype(zero);
    const auto* from = static_cast<const T*>(values);
    for (std::int64_t i = 0; i < count; ++i) to[i] = static_cast<float>(from[i]);
    if constexpr (sizeof(T) > 2 && !std::is_same_v<T, float>) {
      for (std::int64_t i = 0; i < count; ++i) {
        const auto value = static_cast<double>(from[i]);
        if (!std::isfinite(value)) continue;  // told by who counts the values
        seen.least = std::min(seen.least, value);
        seen.greatest = std::max(seen.greatest, value);
        seen.most_changed = std::max(seen.most_changed, std::abs(value - static_cast<double>(to[i])));
      }
    }
  });
}

#ifdef TAUVOX_HAVE_VTK
void check_can_filter() {}
#else
void check_can_filter() {
  throw Error(ExitCode::usage, "cannot filter grey values", "--filter", "this build was made without VTK",
              "build with VTK, or filter them elsewhere");
}
void apply(const GreyFilter&, const Extent&, std::vector<float>&) { check_can_filter(); }
#endif

}  // namespace tauvox::io
