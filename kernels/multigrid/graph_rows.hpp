// The rows of a graph under construction: what links its nodes is added up, then rounded and packed.
#pragma once

#include "kernels/base/launch.hpp"
#include "kernels/base/scan.hpp"
#include "kernels/multigrid/graph.hpp"

namespace tauvox {

/// Rows under construction: each node has room for all links it may get; equal neighbours are added up.
struct RowsView {
  const std::int64_t* room;  // per node: begin of its part of the two arrays below
  std::uint32_t* neighbour;
  float* weight;
  std::uint32_t* degree;
  float* plate;

  TAUVOX_HD void link(std::uint32_t node, std::uint32_t to, float g) const {
    std::int64_t k = room[node];
    const std::int64_t end = k + degree[node];
    for (; k < end; ++k)
      if (neighbour[k] == to) {
        weight[k] += g;
        return;
      }
    neighbour[end] = to;
    weight[end] = g;
    ++degree[node];
  }
  /// The same for a neighbour that the row does not have yet.
  TAUVOX_HD void link_new(std::uint32_t node, std::uint32_t to, float g) const {
    const std::int64_t k = room[node] + degree[node]++;
    neighbour[k] = to;
    weight[k] = g;
  }
  TAUVOX_HD void link_plate(std::uint32_t node, float g) const { plate[node] += g; }
};

/// Counts links where RowsView would store them: an upper bound, since equal neighbours count again.
struct RoomView {
  std::int64_t* room;
  TAUVOX_HD void link(std::uint32_t node, std::uint32_t, float) const { ++room[node]; }
  TAUVOX_HD void link_new(std::uint32_t node, std::uint32_t, float) const { ++room[node]; }
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

/// Rounds a row's conductances. Both sides of a link take the smaller node's: their sums may differ in the
/// last bit.
struct RoundRow {
  RowsView rows;
  const std::uint32_t* row_start;
  Bfloat16 *weight, *plate, *inverse_diagonal;
  TAUVOX_HD void operator()(std::int64_t i) const {
    const std::int64_t begin = row_start[i], count = row_start[i + 1] - begin;
    plate[i] = Bfloat16::round_up(rows.plate[i]);
    float diagonal = plate[i];
    for (std::int64_t k = 0; k < count; ++k) {
      const std::uint32_t j = rows.neighbour[rows.room[i] + k];
      const float g =
          j > i ? rows.weight[rows.room[i] + k] : rows.weight[from(j, static_cast<std::uint32_t>(i))];
      weight[begin + k] = Bfloat16::round_up(g);
      diagonal += weight[begin + k];
    }
    inverse_diagonal[i] = Bfloat16::round_up(diagonal > 0 ? 1 / diagonal : 0);
  }
  TAUVOX_HD std::int64_t from(std::uint32_t j, std::uint32_t i) const {
    std::int64_t k = rows.room[j];
    while (rows.neighbour[k] != i) ++k;
    return k;
  }
};

/// Where the rows of `nodes` nodes begin, and how many links there is room for.
struct Room {
  Buffer<std::int64_t> begin;
  std::int64_t links = 0;
};
template <template <class> class Linker, class... Source>
Room count_room(const Device& device, const Extent& lattice, std::int64_t nodes, const Source&... source) {
  Room room{Buffer<std::int64_t>(device, nodes + 1)};
  room.begin.zero();
  for_each_cell(device, lattice, Linker<RoomView>{source..., {room.begin.data()}});
  room.links = exclusive_scan(device, room.begin.data(), nodes);
  return room;
}

/// Fills the rows of `graph` by two runs of a linker over its blocks: for the room, and for the links.
template <template <class> class Linker, class... Source>
void fill_rows(const Device& device, Graph& graph, const Source&... source) {
  const std::int64_t n = graph.nodes;
  const Room room = count_room<Linker>(device, graph.lattice, n, source...);
  const std::int64_t links = room.links;
  if (links > std::int64_t{0xffffffff})
    throw Error(ExitCode::input_invalid, "volume is too large for the multigrid solver", "",
                std::to_string(links) + " links between aggregates",
                "at most 2^32 can be numbered; use --crop");
  Buffer<std::uint32_t> neighbour(device, links);
  Buffer<float> weight(device, links), plate(device, n);
  plate.zero();
  graph.row_start = Buffer<std::uint32_t>(device, n + 1);
  graph.row_start.zero();
  const RowsView rows{room.begin.data(), neighbour.data(), weight.data(), graph.row_start.data(),
                      plate.data()};
  for_each_cell(device, graph.lattice, Linker<RowsView>{source..., rows});
  const std::int64_t kept = exclusive_scan(device, graph.row_start.data(), n);
  graph.weight = Buffer<Bfloat16>(device, kept);
  graph.plate = Buffer<Bfloat16>(device, n);
  graph.inverse_diagonal = Buffer<Bfloat16>(device, n);
  for_each_index(device, n,
                 RoundRow{rows, graph.row_start.data(), graph.weight.data(), graph.plate.data(),
                          graph.inverse_diagonal.data()});
  if (kept == links) {  // the rows are full: nothing to pack
    graph.neighbour = std::move(neighbour);
  } else {
    graph.neighbour = Buffer<std::uint32_t>(device, kept);
    for_each_index(device, n, PackRow{rows, graph.row_start.data(), graph.neighbour.data()});
  }
}

}  // namespace tauvox
