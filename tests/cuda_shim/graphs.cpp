// Recording what is started on a stream, and repeating it: the calls that kernels/base/recording.cpp makes.
#include <utility>
#include <vector>

#include "state.hpp"

using namespace cuda_shim;

using Starts = std::vector<std::function<cudaError_t()>>;
struct ShimStream {
  Starts kept;
};
struct ShimGraph {
  Starts kept;
};
struct ShimGraphExec {
  Starts kept;
};

bool cuda_shim::keep(cudaStream_t stream, std::function<cudaError_t()> start) {
  if (!state().recording) {
    if (stream) misuse("a kernel is started on a stream that does not record");
    return false;
  }
  if (stream != state().recording) misuse("a kernel is started beside what is recorded");
  stream->kept.push_back(std::move(start));
  return true;
}

void cuda_shim::only_kernels() {
  if (state().recording) misuse("something else than a kernel is started while kernels are recorded");
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
  if (const cudaError_t error = trouble()) return failed(error);
  *stream = new ShimStream;
  return cudaSuccess;
}
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  delete stream;
  return trouble();
}
cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode) {
  if (const cudaError_t error = trouble()) return failed(error);
  if (state().no_recording) return failed(cudaErrorNotSupported);
  if (!stream || state().recording) return failed(cudaErrorInvalidValue);
  state().recording = stream;
  stream->kept.clear();
  return cudaSuccess;
}
cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
  if (state().recording != stream) return failed(cudaErrorInvalidValue);
  state().recording = nullptr;
  if (const cudaError_t error = trouble()) return failed(error);
  *graph = new ShimGraph{std::exchange(stream->kept, {})};
  return cudaSuccess;
}
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* exec, cudaGraph_t graph, unsigned long long) {
  if (const cudaError_t error = trouble()) return failed(error);
  ++state().counts.recordings;
  *exec = new ShimGraphExec{graph->kept};
  return cudaSuccess;
}
cudaError_t cudaGraphLaunch(cudaGraphExec_t exec, cudaStream_t stream) {
  if (const cudaError_t error = trouble()) return failed(error);
  if (stream || state().recording)
    misuse("what was recorded is started elsewhere than on the default stream");
  Counts& counts = state().counts;
  const long before = counts.launches;
  for (const auto& start : exec->kept)
    if (const cudaError_t error = start()) return error;
  counts.recorded += counts.launches - before - 1;
  counts.launches = before + 1;
  return cudaSuccess;
}
cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  delete graph;
  return trouble();
}
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t exec) {
  delete exec;
  return trouble();
}
