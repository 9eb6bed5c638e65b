#include "host/pages/cube.hpp"

#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "host/pages/html.hpp"

namespace tauvox::pages {
namespace {

constexpr double longest_edge = 128;  // pixels of CSS
constexpr std::int64_t pixels_of_a_face = 240, pixels_of_the_slice = 440;

/// Axes of the page: x to the right, z down, y away from the viewer. Every face looks outwards, so that those
/// behind can be hidden: seen from outside, half of them are mirrored.
struct Face {
  Axis normal;
  bool last;         // layer across it, else the first
  const char* turn;  // of a picture that looks at the viewer
  bool mirrored;
};
constexpr Face faces_of_a_cube[] = {{Axis::y, false, "", false},
                                    {Axis::y, true, "rotateY(180deg)", true},
                                    {Axis::x, true, "rotateY(90deg)", false},
                                    {Axis::x, false, "rotateY(-90deg)", true},
                                    {Axis::z, true, "rotateX(-90deg)", false},
                                    {Axis::z, false, "rotateX(90deg)", true}};

using Point = std::array<double, 3>;  // to the right, down, towards the viewer

/// Where a point of the cube is on paper: turned as the cube is when it starts, without perspective.
std::array<double, 2> on_paper(const Point& p) {
  const double x_turn = -24 * std::numbers::pi / 180, y_turn = -32 * std::numbers::pi / 180;
  const double right = p[0] * std::cos(y_turn) + p[2] * std::sin(y_turn),
               near = -p[0] * std::sin(y_turn) + p[2] * std::cos(y_turn);
  return {right, p[1] * std::cos(x_turn) - near * std::sin(x_turn)};
}

/// For paper, which has no depth: the three faces that are seen, each as a flat transformation.
std::string flat_transform(const Face& face, double out) {
  const bool front = face.normal == Axis::y, top = face.normal == Axis::z;
  const auto c = on_paper(front ? Point{0, 0, out}
                          : top ? Point{0, -out, 0}
                                : Point{out, 0, 0}),
             u = on_paper(front || top ? Point{1, 0, 0} : Point{0, 0, -1}),
             v = on_paper(top ? Point{0, 0, 1} : Point{0, 1, 0});
  return fmt::format("matrix({:.4f},{:.4f},{:.4f},{:.4f},{:.2f},{:.2f})", u[0], u[1], v[0], v[1], c[0], c[1]);
}
bool is_behind(const Face& face) { return face.last != (face.normal == Axis::x); }

std::string arrow_words(const Look& look) {
  return look.separator_low ? "separator → collector" : "collector ← separator";
}

}  // namespace

std::string cube_of(const Look& look) {
  double longest = 0;
  for (const Axis axis : all_axes) longest = std::max(longest, look.length(axis));
  const auto pixels = [&](Axis axis) { return std::max(2.0, look.length(axis) / longest * longest_edge); };
  std::string faces;
  for (const Face& face : faces_of_a_cube) {
    const Slice slice{face.normal, face.last ? look.volume.extent.along(face.normal) - 1 : 0};
    const double width = pixels(slice.right()), height = pixels(slice.down());
    const double out = pixels(face.normal) / 2;
    const Picture picture = look.picture(slice, pixels_of_a_face);
    faces += image_of((face.mirrored ? picture.mirrored(face.normal != Axis::z) : picture).png(), "image/png",
                      fmt::format("face of the volume at the {} of {}", face.last ? "end" : "begin",
                                  axis_name(face.normal)),
                      fmt::format(
                          "class=\"{}\" style=\"width:{:.1f}px;height:{:.1f}px;margin:{:.1f}px 0 0 {:.1f}px;"
                          "transform:{} translateZ({:.1f}px);--flat:{}\"",
                          is_behind(face) ? "behind" : "seen", width, height, -height / 2, -width / 2,
                          face.turn, out, flat_transform(face, out))) +
             "\n";
  }
  const auto micrometres = [&](Axis axis) { return look.length(axis) * 1e6; };
  return fmt::format(
      "<figure class=\"solid\"><div class=\"stage\"><div class=\"cube\">\n{}</div></div>\n"
      "<figcaption>z {:.4g}, y {:.4g}, x {:.4g} µm, z down</figcaption></figure>\n",
      faces, micrometres(Axis::z), micrometres(Axis::y), micrometres(Axis::x));
}

std::string slice_figure(const Look& look) {
  const Slice slice = look.slice(look.thickness == Axis::y ? Axis::z : Axis::y);
  const double width = look.length(slice.right()), height = look.length(slice.down());
  const ScaleBar bar = scale_bar_of(width * 1e6);
  const bool down = slice.down() == look.thickness;
  std::string legend;
  for (std::size_t p = 0; p < look.parts.phases.size(); ++p)
    legend += fmt::format("<span><i style=\"background:{}\"></i>{}</span>\n", hex_of(look.colours[p].area),
                          html_text(legend_of(look.volume, look.parts.phases[p])));
  const std::string words =
      fmt::format("slice of the phases at {}, {} to the right, {} down; scale bar {}", look.place_of(slice),
                  axis_name(slice.right()), axis_name(slice.down()), bar.label);
  // As high as the room for it at most, and as wide as its shape then is.
  constexpr double most_height = 205, most_width = 250;
  const double shown_width = std::min(most_width, most_height * width / height);
  return fmt::format(
      "<figure class=\"slice\"><div class=\"{}\"><div class=\"map\" style=\"width:{:.0f}px\">{}"
      "<div class=\"bar\"><b style=\"width:{:.1f}px\"></b>{}</div></div>"
      "<div class=\"way{}\">{}</div></div>\n<div class=\"legend\">{}</div>\n"
      "<figcaption>{}: {} to the right, {} down</figcaption></figure>\n",
      down ? "beside" : "above", shown_width,
      image_of(look.picture(slice, pixels_of_the_slice).png(), "image/png", words),
      bar.length * 1e-6 / width * shown_width, bar.label, down && !look.separator_low ? " up" : "",
      down ? "separator → collector" : arrow_words(look), legend, look.place_of(slice),
      axis_name(slice.right()), axis_name(slice.down()));
}

}  // namespace tauvox::pages
