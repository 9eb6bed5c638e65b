#include "io/grey_filter.hpp"

namespace tauvox::io {

void copy_as_float(Element element, const void* values, std::int64_t count, float* to) {
  with_type(element, [&](auto zero) {
    const auto* from = static_cast<const decltype(zero)*>(values);
    for (std::int64_t i = 0; i < count; ++i) to[i] = static_cast<float>(from[i]);
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
