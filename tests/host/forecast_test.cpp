// How long a run will take: the arithmetic, by what was measured once on a machine with two cores. The clock
// is not asked.
#include "host/app/forecast.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "kernels/base/device.hpp"

namespace tauvox {
namespace {

using Json = nlohmann::ordered_json;

struct Row {
  const char* name;
  double conducting;
  std::int64_t edge;
  double seconds;
};

Json bench_file(const std::vector<Row>& rows, const char* kind = "cpu", int threads = 2) {
  Json file{{"kind", "tauvox bench"},
            {"hardware",
             {{"device", {{"kind", kind}, {"threads", threads}, {"description", "one"}}},
              {"cpu", {{"processors", 2}}},
              {"load_average", 2.59}}},
            {"settings", {{"tolerance", 1e-4}}}};
  for (const Row& row : rows)
    file["rows"].push_back({{"case", row.name},
                            {"size", {row.edge, row.edge, row.edge}},
                            {"conducting_fraction", row.conducting},
                            {"valid", true},
                            {"seconds", {{"total", row.seconds}}}});
  return file;
}

const std::vector<Row> measured{
    {"sphere-packing", 0.4, 64, 0.06922}, {"carbon-binder", 0.7, 64, 0.2116},
    {"gyroid", 0.5, 64, 0.0377},          {"near-percolation", 0.34, 64, 0.1513},
    {"sphere-packing", 0.4, 128, 0.3747}, {"carbon-binder", 0.7, 128, 1.582},
    {"gyroid", 0.5, 128, 0.4371},         {"near-percolation", 0.34, 128, 2.135},
};

Plan plan_of(std::int64_t edge, double unknowns, std::size_t classes) {
  Plan plan;
  plan.extent = {edge, edge, edge};
  plan.contents.known = true;
  plan.contents.unknowns = unknowns;
  plan.contents.classes = classes;
  return plan;
}

Interval predicted(const Plan& plan, double conducting, const Settings& settings = {}, int threads = 2) {
  return forecast(Calibration(bench_file(measured), "bench.json"), plan, settings, Device::cpu(threads),
                  conducting, 0.01);
}

ExitCode refused(const Json& file) {
  try {
    const Calibration calibration(file, "bench.json");
    return ExitCode::success;
  } catch (const Error& error) {
    return error.code();
  }
}

}  // namespace

/// Whole runs of generated electrodes, measured with the calibration above.
TEST(Forecast, HoldsOnGeneratedElectrodes) {
  struct Run {
    std::int64_t edge;
    double conducting, unknowns;
    std::size_t classes;
    double seconds;
  };
  const std::vector<Run> runs{
      {64, 0.25, 0.2489, 1, 0.14},  {64, 0.75, 0.75, 2, 0.35},    {64, 0.4, 0.3996, 1, 0.11},
      {64, 0.6, 0.6, 2, 0.25},      {64, 0.55, 0.5499, 1, 0.12},  {64, 0.45, 0.4499, 2, 0.21},
      {96, 0.25, 0.2495, 1, 0.22},  {96, 0.75, 0.75, 2, 0.74},    {96, 0.4, 0.3998, 1, 0.26},
      {96, 0.6, 0.6, 2, 0.69},      {96, 0.55, 0.5499, 1, 0.20},  {96, 0.45, 0.4499, 2, 0.43},
      {128, 0.25, 0.2496, 1, 0.35}, {128, 0.75, 0.75, 2, 1.26},   {128, 0.4, 0.3998, 1, 0.48},
      {128, 0.6, 0.6, 2, 1.33},     {128, 0.55, 0.5499, 1, 0.53}, {128, 0.45, 0.4499, 2, 0.81},
      {160, 0.25, 0.2498, 1, 0.60}, {160, 0.75, 0.75, 2, 2.13},   {160, 0.4, 0.3998, 1, 0.67},
      {160, 0.6, 0.6, 2, 1.77},     {160, 0.55, 0.5499, 1, 0.73}, {160, 0.45, 0.4499, 2, 1.74},
  };
  for (const Run& run : runs) {
    const Interval seconds = predicted(plan_of(run.edge, run.unknowns, run.classes), run.conducting);
    EXPECT_LT(seconds.least, run.seconds) << run.edge << ", " << run.conducting;
    EXPECT_GT(seconds.most, run.seconds) << run.edge << ", " << run.conducting;
  }
}

TEST(Forecast, IsTheCaseItselfInItsSize) {
  const Interval seconds = Calibration(bench_file({{"sphere-packing", 0.5, 64, 1},
                                                   {"gyroid", 0.5, 64, 2},
                                                   {"carbon-binder", 0.5, 64, 4},
                                                   {"near-percolation", 0.5, 64, 8}}),
                                       "bench.json")
                               .seconds_of_axis(plan_of(64, 0.5, 1), 0.5);
  EXPECT_DOUBLE_EQ(seconds.least, 1);
  EXPECT_DOUBLE_EQ(seconds.most, 2);
}

TEST(Forecast, LiesBetweenTheSizesThatWereMeasured) {
  std::vector<Row> rows;
  for (const char* name : {"sphere-packing", "gyroid", "carbon-binder", "near-percolation"}) {
    rows.push_back({name, 0.5, 64, 1});
    rows.push_back({name, 0.5, 128, 16});  // twice as long for each voxel
  }
  const Calibration calibration(bench_file(rows), "bench.json");
  const auto per_voxel = [&](std::int64_t edge) {
    const Plan plan = plan_of(edge, 0.5, 1);
    return calibration.seconds_of_axis(plan, 0.5).most / (0.5 * static_cast<double>(plan.extent.voxels()));
  };
  const double at_64 = per_voxel(64);
  EXPECT_NEAR(per_voxel(90), at_64 * std::pow(90.0 / 64, 1), 1e-12 * at_64);
  EXPECT_DOUBLE_EQ(per_voxel(32), at_64);  // beyond them as the nearest
  EXPECT_NEAR(per_voxel(512), 2 * at_64, 1e-12 * at_64);
}

TEST(Forecast, IsWiderWhereLessIsKnownAndLongerWhereMoreIsAskedFor) {
  const Interval simple = predicted(plan_of(128, 0.4, 1), 0.4);
  EXPECT_GT(predicted(plan_of(128, 0.3, 1), 0.4).most, simple.most);  // not all of it percolates
  EXPECT_GT(predicted(plan_of(128, 0.4, 2), 0.4).most, simple.most);
  EXPECT_EQ(predicted(plan_of(128, 0, 1), 0.4).least, predicted(plan_of(64, 0, 1), 0.4).least);
  Settings more;
  more.axes = {Axis::z, Axis::y, Axis::x};
  EXPECT_GT(predicted(plan_of(128, 0.4, 1), 0.4, more).least, simple.least);
  more = {};
  more.tolerance = 1e-8;
  EXPECT_GT(predicted(plan_of(128, 0.4, 1), 0.4, more).most, simple.most);
  more = {};
  more.field = "u.h5";
  EXPECT_GT(predicted(plan_of(128, 0.4, 1), 0.4, more).most, simple.most);
  EXPECT_GT(predicted(plan_of(128, 0.4, 1), 0.4, {}, 1).most, simple.most);  // half the threads
}

TEST(Forecast, RefusesWhatIsNoCalibrationOfTheRun) {
  EXPECT_EQ(refused(bench_file(measured)), ExitCode::success);
  EXPECT_EQ(refused(Json::object()), ExitCode::input_refused);
  EXPECT_EQ(refused({{"kind", "tauvox bench"}}), ExitCode::input_refused);
  std::vector<Row> few(measured.begin(), measured.begin() + 1);
  EXPECT_EQ(refused(bench_file(few)), ExitCode::input_refused);
  Json old = bench_file(measured);
  for (Json& row : old["rows"]) row.erase("conducting_fraction");
  EXPECT_EQ(refused(old), ExitCode::input_refused);
  EXPECT_THROW(forecast(Calibration(bench_file(measured, "cuda"), "b"), plan_of(64, 0.4, 1), {},
                        Device::cpu(2), 0.4, 0),
               Error);
  Settings jacobi;
  jacobi.solver = "jacobi";
  EXPECT_THROW(predicted(plan_of(64, 0.4, 1), 0.4, jacobi), Error);
}

TEST(SlurmOptions, HaveRoomAndWholeMinutes) {
  EXPECT_EQ(slurm_options(0, nullptr), "--mem=200M");
  EXPECT_EQ(slurm_options(std::int64_t{1000} << 20, nullptr), "--mem=1400M");
  const Interval seconds{1, 100}, hours{1, 7000};
  EXPECT_EQ(slurm_options(0, &seconds), "--mem=200M --time=00:03:00");
  EXPECT_EQ(slurm_options(0, &hours), "--mem=200M --time=02:21:00");
}

}  // namespace tauvox
