#include "kernels/base/recording.hpp"

#include "kernels/base/cuda_check.hpp"

namespace tauvox {

#ifdef TAUVOX_HAVE_CUDA
/// A GPU that will not record, as under some tools, starts the kernels one by one.
struct Recording::Kept {
  cudaStream_t stream = nullptr;
  cudaGraphExec_t graph = nullptr;
  std::int64_t bytes = 0;
  Kept() = default;
  Kept(const Kept&) = delete;
  Kept& operator=(const Kept&) = delete;
  ~Kept() {
    if (graph) (void)cudaGraphExecDestroy(graph);
    if (stream) (void)cudaStreamDestroy(stream);
  }
};

bool Recording::begin() {
  kept_ = std::make_unique<Kept>();
  // Relaxed: a kernel that is started for the first time may have to be loaded meanwhile.
  if (cudaStreamCreateWithFlags(&kept_->stream, cudaStreamNonBlocking) != cudaSuccess ||
      cudaStreamBeginCapture(kept_->stream, cudaStreamCaptureModeRelaxed) != cudaSuccess) {
    (void)cudaGetLastError();
    return false;
  }
  stream_of_launches = kept_->stream;
  return true;
}

void Recording::end(std::int64_t bytes) {
  stream_of_launches = nullptr;
  cudaGraph_t graph = nullptr;
  const bool recorded = cudaStreamEndCapture(kept_->stream, &graph) == cudaSuccess &&
                        cudaGraphInstantiate(&kept_->graph, graph, 0) == cudaSuccess;
  if (!recorded) {
    (void)cudaGetLastError();
    kept_->graph = nullptr;
  }
  if (graph) (void)cudaGraphDestroy(graph);
  kept_->bytes = bytes;
}

bool Recording::repeat(const Device& device) const {
  if (!kept_ || !kept_->graph) return false;
  check_cuda(cudaGraphLaunch(kept_->graph, nullptr), "starting what was recorded");
  device.count_traffic(kept_->bytes);
  return true;
}
#else
struct Recording::Kept {};
bool Recording::begin() { return false; }
void Recording::end(std::int64_t /*bytes*/) {}
bool Recording::repeat(const Device& /*device*/) const { return false; }
#endif

Recording::Recording() = default;
Recording::~Recording() = default;
void Recording::forget() { kept_.reset(); }

}  // namespace tauvox
