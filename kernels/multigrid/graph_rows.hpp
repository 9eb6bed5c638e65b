// The rows of a graph under construction: what links its nodes is added up, then rounded and packed.
#pragma once

#include "kernels/base/launch.hpp"
#include "kernels/base/scan.hpp"
#include "kernels/multigrid/graph.hpp"

namespace tauvox {

/// Rows under construction: each has room for all links it may get; equal neighbours are added up.
struct RowsView {
  GraphView graph;           // which nodes have rows, and which
  const std::int64_t* room;  // per row: begin of its part of the two arrays below
  std::uint32_t* neighbour;
  float* weight;
  std::uint32_t* degree;
  float* plate;  // per node

  TAUVOX_HD void link(std::uint32_t node, std::uint32_t to, float g) const {
    const std::int64_t begin = room[graph.row(node)], end = begin + degree[graph.row(node)];
    for (std::int64_t k = begin; k < end; ++k)
      if (neighbour[k] == to) {
        weight[k] += g;
        return;
      }
    link_new(node, to, g);
  }
  /// The same for a neighbour that the row does not have yet.
  TAUVOX_HD void link_new(std::uint32_t node, std::uint32_t to, float g) const {
    const std::int64_t k = room[graph.row(node)] + degree[graph.row(node)]++;
    neighbour[k] = to;
    weight[k] = g;
  }
  TAUVOX_HD void link_plate(std::uint32_t node, float g) const { plate[node] += g; }
};

/// Counts links where RowsView would store them: an upper bound, since equal neighbours count again.
struct RoomView {
  GraphView graph;
  std::int64_t* room;
  TAUVOX_HD void link(std::uint32_t node, std::uint32_t, float) const { ++room[graph.row(node)]; }
  TAUVOX_HD void link_new(std::uint32_t node, std::uint32_t, float) const { ++room[graph.row(node)]; }
  TAUVOX_HD void link_plate(std::uint32_t, float) const {}
};

struct PackRow {
  RowsView rows;
  const std::uint32_t* row_start;
  std::uint32_t* neighbour;
  TAUVOX_HD void operator()(std::int64_t i) const {
    const std::int64_t begin = row_start[i], count = row_start[i + 1] - begin;
    for (std::int64_t k = 0; k < count; ++k) neighbour[begin + k] = rows.neighbour[rows.room[i] + k];
  }
};

/// Rounds what a node conducts. Both sides of a link take the smaller node's: their sums may differ in the
/// last bit, but not where one of them has no row: these are sums of at most four equal numbers.
struct RoundNode {
  RowsView rows;
  Bfloat16 *weight, *plate, *inverse_diagonal;
  TAUVOX_HD void operator()(std::int64_t node) const {
    const auto i = static_cast<std::uint32_t>(node);
    plate[i] = Bfloat16::round_up(rows.plate[i]);
    float diagonal = plate[i];
    const GraphView& graph = rows.graph;
    if (graph.in_lattice(i)) {
      graph.for_each_link(i, [&](const Link& link) { diagonal += link.weight; });
    } else {
      const std::int64_t row = graph.row(i), begin = graph.row_start[row];
      for (std::int64_t k = begin; k < graph.row_start[row + 1]; ++k) {
        const std::int64_t own = rows.room[row] + (k - begin);
        const std::uint32_t j = rows.neighbour[own];
        weight[k] = Bfloat16::round_up(rows.weight[j > i || graph.in_lattice(j) ? own : from(j, i)]);
        diagonal += weight[k];
      }
    }
    inverse_diagonal[i] = Bfloat16::round_up(diagonal > 0 ? 1 / diagonal : 0);
  }
  TAUVOX_HD std::int64_t from(std::uint32_t j, std::uint32_t i) const {
    std::int64_t k = rows.room[rows.graph.row(j)];
    while (rows.neighbour[k] != i) ++k;
    return k;
  }
};

/// Goes through the blocks of a graph. A GPU takes its nodes one by one, where a linker can do that: a thread
/// for a block of hundreds of nodes takes as long as all others together.
template <class Linker>
void run_linker(const Device& device, const GraphView& graph, const Linker& linker) {
  if constexpr (requires { linker(std::int64_t{}); }) {
    if (device.is_cuda()) return for_each_index(device, graph.nodes, linker);
  }
  for_each_cell(device, graph.lattice, linker);
}

/// Where the rows begin, and how many links there is room for.
/// @param most that there can be, or 0: a GPU that is told need not be waited for
template <template <class> class Linker, class... Source>
std::pair<Buffer<std::int64_t>, std::int64_t> count_room(const Device& device, const GraphView& graph,
                                                         std::int64_t rows, std::int64_t most,
                                                         const Source&... source) {
  Buffer<std::int64_t> begin(device, rows + 1);
  begin.zero();
  run_linker(device, graph, Linker<RoomView>{source..., {graph, begin.data()}});
  if (!device.is_cuda() || most == 0)
    most = exclusive_scan(device, begin.data(), rows);
  else
    scan_in_place(device, begin.data(), rows);
  return {std::move(begin), most};
}

/// Fills the rows of `graph` by two runs of a linker over its blocks: for the room, and for the links.
/// @param rows how many there are: as many as nodes, if graph.faces does not say which have one
/// @param most of count_room
template <template <class> class Linker, class... Source>
void fill_rows(const Device& device, Graph& graph, std::int64_t rows, std::int64_t most,
               const Source&... source) {
  const auto [room, links] = count_room<Linker>(device, graph.view(), rows, most, source...);
  if (links > std::int64_t{0xffffffff})
    throw Error(ExitCode::input_invalid, "volume is too large for the multigrid solver", "",
                std::to_string(links) + " links between aggregates",
                "at most 2^32 can be numbered; use --crop");
  Buffer<std::uint32_t> neighbour(device, links);
  Buffer<float> weight(device, links), plate(device, graph.nodes);
  plate.zero();
  graph.row_start = Buffer<std::uint32_t>(device, rows + 1);
  graph.row_start.zero();
  const RowsView view{graph.view(),           room.data(), neighbour.data(), weight.data(),
                      graph.row_start.data(), plate.data()};
  run_linker(device, graph.view(), Linker<RowsView>{source..., view});
  const std::int64_t kept = exclusive_scan(device, graph.row_start.data(), rows);
  graph.weight = Buffer<Bfloat16>(device, kept);
  graph.plate = Buffer<Bfloat16>(device, graph.nodes);
  graph.inverse_diagonal = Buffer<Bfloat16>(device, graph.nodes);
  for_each_index(device, graph.nodes,
                 RoundNode{view, graph.weight.data(), graph.plate.data(), graph.inverse_diagonal.data()});
  if (kept == links) {  // the rows are full: nothing to pack
    graph.neighbour = std::move(neighbour);
  } else {
    graph.neighbour = Buffer<std::uint32_t>(device, kept);
    for_each_index(device, rows, PackRow{view, graph.row_start.data(), graph.neighbour.data()});
  }
}

}  // namespace tauvox
