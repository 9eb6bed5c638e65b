#include "kernels/transport.hpp"

#include <cmath>
#include <limits>

#include "kernels/halo.hpp"
#include "kernels/launch.hpp"
#include "kernels/potential.hpp"
#include "kernels/transport_rows.hpp"

namespace tauvox {

template <class T>
struct OperatorTables {
  Buffer<T> working;     // faces in the type of the vectors: apply, Jacobi
  Buffer<double> exact;  // faces in FP64: residual, energy, fluxes
  int classes = 0;
  std::unique_ptr<const TunedRows<T>> rows;  // only where tuned rows can be used
};

namespace {

/// g of the faces of one voxel, in the order x-, x+, y-, y+, z-, z+.
template <class T>
struct Faces {
  FieldView<const std::uint8_t> classes;
  const T* g;  // [axis z, y, x][a][b]
  int count;

  TAUVOX_HD const T* here(Axis axis, std::int64_t i) const {
    return g + (static_cast<int>(axis) * count + classes.origin[i]) * count;
  }
};

template <class T>
struct ApplyTransport {  // q = A p
  Faces<T> faces;
  FieldView<const T> p;
  FieldView<T> q;
  const TunedRows<T>* rows;

  TAUVOX_HD T at(std::int64_t i) const {
    const std::uint8_t* c = faces.classes.origin;
    const T* u = p.origin;
    const std::int64_t sy = p.row_stride, sz = p.plane_stride;
    const T *gx = faces.here(Axis::x, i), *gy = faces.here(Axis::y, i), *gz = faces.here(Axis::z, i);
    T sum = 0;
    sum += gx[c[i - 1]] * (u[i] - u[i - 1]);
    sum += gx[c[i + 1]] * (u[i] - u[i + 1]);
    sum += gy[c[i - sy]] * (u[i] - u[i - sy]);
    sum += gy[c[i + sy]] * (u[i] - u[i + sy]);
    sum += gz[c[i - sz]] * (u[i] - u[i - sz]);
    sum += gz[c[i + sz]] * (u[i] - u[i + sz]);
    return sum;
  }
  TAUVOX_HD void operator()(std::int64_t x, std::int64_t y, std::int64_t z) const {
    const std::int64_t i = p.offset(x, y, z);
    q.origin[i] = at(i);
  }
  void row(std::int64_t y, std::int64_t z, std::int64_t nx) const {
    const std::int64_t i = p.offset(0, y, z);
    if (rows)
      rows->apply(faces.classes.origin + i, p.origin + i, q.origin + i, nx, p.row_stride, p.plane_stride);
    else
      for (std::int64_t x = 0; x < nx; ++x) q.origin[i + x] = at(i + x);
  }
};

/// a.b of one voxel in FP64.
template <class T>
struct Dot {
  FieldView<const T> a, b;
  TAUVOX_HD Sums<1> operator()(std::int64_t x, std::int64_t y, std::int64_t z) const {
    return {{static_cast<double>(a(x, y, z)) * static_cast<double>(b(x, y, z))}};
  }
};

/// Runs a kernel and sums a.b in the same pass: row by row on the CPU, while the row is in cache.
template <class T, class Kernel>
struct WithDot {
  Kernel kernel;
  Dot<T> dot;
  TAUVOX_HD Sums<1> operator()(std::int64_t x, std::int64_t y, std::int64_t z) const {
    kernel(x, y, z);
    return dot(x, y, z);
  }
  void row(std::int64_t y, std::int64_t z, std::int64_t nx, Lanes<1>& sums) const {
    kernel.row(y, z, nx);
    detail::sum_row<1>(dot, nx, y, z, sums);
  }
};

template <class T>
struct PreconditionJacobi {  // z = r / diagonal(A)
  Faces<T> faces;
  FieldView<const T> r;
  FieldView<T> z;
  const TunedRows<T>* rows;

  TAUVOX_HD T at(std::int64_t i) const {
    const std::uint8_t* c = faces.classes.origin;
    const std::int64_t sy = r.row_stride, sz = r.plane_stride;
    const T *gx = faces.here(Axis::x, i), *gy = faces.here(Axis::y, i), *gz = faces.here(Axis::z, i);
    T diagonal = 0;
    diagonal += gx[c[i - 1]];
    diagonal += gx[c[i + 1]];
    diagonal += gy[c[i - sy]];
    diagonal += gy[c[i + sy]];
    diagonal += gz[c[i - sz]];
    diagonal += gz[c[i + sz]];
    return diagonal > 0 ? r.origin[i] / diagonal : 0;
  }
  TAUVOX_HD void operator()(std::int64_t x, std::int64_t y, std::int64_t plane) const {
    const std::int64_t i = r.offset(x, y, plane);
    z.origin[i] = at(i);
  }
  void row(std::int64_t y, std::int64_t plane, std::int64_t nx) const {
    const std::int64_t i = r.offset(0, y, plane);
    if (rows)
      rows->jacobi(faces.classes.origin + i, r.origin + i, z.origin + i, nx, r.row_stride, r.plane_stride);
    else
      for (std::int64_t x = 0; x < nx; ++x) z.origin[i + x] = at(i + x);
  }
};

/// u = ramp + v between the plates, in FP64 and in difference form.
template <class T>
struct Potential {
  Faces<double> faces;
  FieldView<const T> v;
  int flow;        // axis
  std::int64_t n;  // voxels along it

  TAUVOX_HD std::int64_t along(std::int64_t x, std::int64_t y, std::int64_t z) const {
    return flow == 0 ? z : flow == 1 ? y : x;
  }
  /// (u_i - u_j) over the face towards `step` along `axis`; the ramp falls by 1/n a voxel, half that at a
  /// plate.
  TAUVOX_HD double drop(std::int64_t i, std::int64_t step, int axis, int sign) const {
    double ramp = 0;
    if (axis == flow)
      ramp = (faces.classes.origin[i + step] == plate_class ? 0.5 : 1.0) / static_cast<double>(n);
    return static_cast<double>(v.origin[i]) - static_cast<double>(v.origin[i + step]) +
           (sign > 0 ? ramp : -ramp);
  }
  TAUVOX_HD double g(std::int64_t i, std::int64_t step, int axis) const {
    return faces.here(static_cast<Axis>(axis), i)[faces.classes.origin[i + step]];
  }
  TAUVOX_HD std::int64_t step(int axis) const {
    return axis == 2 ? 1 : axis == 1 ? v.row_stride : v.plane_stride;
  }
  TAUVOX_HD double value(std::int64_t x, std::int64_t y, std::int64_t z) const {
    const double ramp = (static_cast<double>(n - along(x, y, z)) - 0.5) / static_cast<double>(n);
    return ramp + static_cast<double>(v(x, y, z));
  }
};

template <class T>
struct Evaluate {  // an inner face counts half from each side, a plate's face once
  Potential<T> u;
  T* r;  // b - A u; null: not wanted
  TAUVOX_HD Sums<4> operator()(std::int64_t x, std::int64_t y, std::int64_t z) const {
    const std::int64_t i = u.v.offset(x, y, z), layer = u.along(x, y, z);
    Sums<4> sums;
    double out = 0;
    for (int axis = 2; axis >= 0; --axis)
      for (int sign = -1; sign <= 1; sign += 2) {
        const std::int64_t step = sign * u.step(axis);
        const double weight = u.faces.classes.origin[i + step] == plate_class ? 1.0 : 0.5;
        const double drop = u.drop(i, step, axis, sign), q = u.g(i, step, axis) * drop;
        out += q;
        sums.value[0] += weight * q * drop;
        if (axis == u.flow && sign < 0 && layer == 0) sums.value[1] = -q;
        if (axis == u.flow && sign > 0 && layer == u.n - 1) sums.value[2] = q;
      }
    sums.value[3] = out * out;
    if (r) r[i] = static_cast<T>(-out);
    return sums;
  }
};

template <class T>
struct SourceNorm {  // b_i = g to the plate at potential 1
  Potential<T> u;
  TAUVOX_HD Sums<1> operator()(std::int64_t x, std::int64_t y, std::int64_t z) const {
    const std::int64_t i = u.v.offset(x, y, z);
    const double b = u.along(x, y, z) == 0 ? u.g(i, -u.step(u.flow), u.flow) : 0;
    return {{b * b}};
  }
};

template <class T>
struct CountOutside {
  Potential<T> u;
  double slack;
  TAUVOX_HD Sums<1> operator()(std::int64_t x, std::int64_t y, std::int64_t z) const {
    if (u.faces.classes(x, y, z) < first_conducting_class) return {};
    return {{within(u.value(x, y, z), slack) ? 0.0 : 1.0}};
  }
};

template <class T>
struct WritePotential {
  Potential<T> u;
  float* out;
  std::int64_t nx, ny;
  TAUVOX_HD void operator()(std::int64_t x, std::int64_t y, std::int64_t z) const {
    const bool conducts = u.faces.classes(x, y, z) >= first_conducting_class;
    out[x + nx * (y + ny * z)] =
        conducts ? static_cast<float>(u.value(x, y, z)) : std::numeric_limits<float>::quiet_NaN();
  }
};

template <class T>
Potential<T> potential_of(const Field<std::uint8_t>& classes, const OperatorTables<T>& tables,
                          const Field<T>& v, Axis flow) {
  return {{read_only(classes), tables.exact.data(), tables.classes},
          read_only(v),
          static_cast<int>(flow),
          classes.extent().along(flow)};
}

/// Counts a pass over the classes and `vectors` of the full grid.
template <class T>
void count(const Field<T>& vector, int vectors) {
  vector.device().count_traffic(vector.extent().voxels() *
                                static_cast<std::int64_t>(1 + vectors * sizeof(T)));
}

}  // namespace

template <class T>
TransportOperator<T>::TransportOperator(const Field<std::uint8_t>& classes, const FaceTable& faces, Axis flow,
                                        const Periodic& periodic)
    : classes_(&classes), flow_(flow), periodic_(periodic), tables_(std::make_unique<OperatorTables<T>>()) {
  const std::vector<T> working(faces.g.begin(), faces.g.end());
  const auto size = static_cast<std::int64_t>(faces.g.size());
  tables_->working = Buffer<T>(device(), size);
  tables_->working.copy_from(working);
  tables_->exact = Buffer<double>(device(), size);
  tables_->exact.copy_from(faces.g);
  tables_->classes = faces.classes;
  if (!device().is_cuda()) tables_->rows = tuned_rows<T>(faces, extent().nx);
}

template <class T>
TransportOperator<T>::~TransportOperator() = default;

template <class T>
const Device& TransportOperator<T>::device() const {
  return classes_->device();
}

template <class T>
const Extent& TransportOperator<T>::extent() const {
  return classes_->extent();
}

template <class T>
void TransportOperator<T>::apply(const Field<T>& p, Field<T>& q) const {
  count(p, 2);
  for_each_voxel(device(), extent(),
                 ApplyTransport<T>{{read_only(*classes_), tables_->working.data(), tables_->classes},
                                   read_only(p),
                                   q.view(),
                                   tables_->rows.get()});
}

template <class T>
double TransportOperator<T>::apply_dot(const Field<T>& p, Field<T>& q) const {
  count(p, 2);
  const ApplyTransport<T> apply{{read_only(*classes_), tables_->working.data(), tables_->classes},
                                read_only(p),
                                q.view(),
                                tables_->rows.get()};
  return sum_over_voxels<1>(device(), extent(),
                            WithDot<T, ApplyTransport<T>>{apply, {read_only(p), read_only(q)}})[0];
}

template <class T>
double TransportOperator<T>::jacobi_dot(const Field<T>& r, Field<T>& z) const {
  count(r, 2);
  const PreconditionJacobi<T> jacobi{{read_only(*classes_), tables_->working.data(), tables_->classes},
                                     read_only(r),
                                     z.view(),
                                     tables_->rows.get()};
  return sum_over_voxels<1>(device(), extent(),
                            WithDot<T, PreconditionJacobi<T>>{jacobi, {read_only(r), read_only(z)}})[0];
}

template <class T>
void TransportOperator<T>::update_halo(Field<T>& p) const {
  join_sides(p, periodic_);
}

template <class T>
Evaluation TransportOperator<T>::residual(const Field<T>& v, Field<T>& r) const {
  return evaluate_into(v, r.view().origin);
}

template <class T>
Evaluation TransportOperator<T>::evaluate(const Field<T>& v) const {
  return evaluate_into(v, nullptr);
}

template <class T>
Evaluation TransportOperator<T>::evaluate_into(const Field<T>& v, T* r) const {
  count(v, r ? 2 : 1);
  const Sums<4> sums =
      sum_over_voxels<4>(device(), extent(), Evaluate<T>{potential_of(*classes_, *tables_, v, flow_), r});
  return {sums[0], sums[1], sums[2], sums[3]};
}

template <class T>
double TransportOperator<T>::source_norm2() const {
  // Any field will do for v: only the class field is looked at.
  const Potential<T> u{{read_only(*classes_), tables_->exact.data(), tables_->classes},
                       {nullptr, read_only(*classes_).row_stride, read_only(*classes_).plane_stride},
                       static_cast<int>(flow_),
                       extent().along(flow_)};
  return sum_over_voxels<1>(device(), extent(), SourceNorm<T>{u})[0];
}

template <class T>
std::vector<float> TransportOperator<T>::potential(const Field<T>& v) const {
  const std::int64_t size = extent().voxels();
  std::vector<float> host(static_cast<std::size_t>(size));
  WritePotential<T> write{potential_of(*classes_, *tables_, v, flow_), host.data(), extent().nx, extent().ny};
  if (!device().is_cuda()) {
    for_each_voxel(device(), extent(), write);
    return host;
  }
  Buffer<float> staged(device(), size);
  write.out = staged.data();
  for_each_voxel(device(), extent(), write);
  staged.copy_to(host);
  return host;
}

template <class T>
std::int64_t TransportOperator<T>::outside(const Field<T>& v, double slack) const {
  const CountOutside<T> count_outside{potential_of(*classes_, *tables_, v, flow_), slack};
  return static_cast<std::int64_t>(sum_over_voxels<1>(device(), extent(), count_outside)[0]);
}

void set_class_halo(Field<std::uint8_t>& classes, Axis flow, const Periodic& periodic) {
  for (Axis axis : all_axes) fill_side(classes, axis, axis == flow ? plate_class : wall_class);
  join_sides(classes, periodic);
}

template class TransportOperator<float>;
template class TransportOperator<double>;

}  // namespace tauvox
