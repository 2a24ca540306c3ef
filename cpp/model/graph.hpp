// What a forward pass works with.
#pragma once

#include "base/thread_pool.hpp"
#include "kernels/int_dot.hpp"
#include "model/activations.hpp"
#include "model/config.hpp"
#include "model/kv_cache.hpp"
#include "model/weights.hpp"

namespace onehead {

struct Graph {
  const Config& config;
  const Weights& weights;
  KvCache& cache;
  Activations& activations;
  IntDot int_dot;
  ThreadPool& threads;  // however many: the same bits
};

}  // namespace onehead
