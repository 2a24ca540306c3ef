// Attention over keys and values that are kept as int8, one scale for each position.
//
// Queries, keys and values are transformed first (Walsh-Hadamard), which keeps products but for a
// factor and leaves nothing that stands out. Of each block's keys a centre is taken off, the mean
// of the block before, so that the integers need not hold what all keys share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "reference/attention.hpp"
#include "reference/ops.hpp"

namespace onehead::reference {

// A vector of one head as integers and what one of them is worth.
struct QuantizedHead {
  std::vector<int32_t> quants;
  float scale = 0.0f;
};

// To integers within -largest..largest: 127 of keys and values, 8191 of queries.
QuantizedHead quantize_head(const Vector& x, int32_t largest);

// The largest power of two that divides the head's size: elements are transformed in runs of so
// many.
size_t transform_size(size_t head_dim);

// x_i + x_j and x_i - x_j for all pairs a power of two apart, by ascending powers.
Vector transformed(const Vector& x);

// What transformed() makes of this is x.
Vector transformed_back(const Vector& x);

// What a cache holds of keys [n positions][head_dim].
struct QuantizedKeys {
  std::vector<Vector> centers;            // [n blocks], transformed; zeros of the first block
  std::vector<QuantizedHead> deviations;  // [n positions] of the transformed keys from the centre
};

QuantizedKeys quantize_keys(const std::vector<Vector>& keys);

// The numbers that attention computes with, for position i.
Vector cached_key(const QuantizedKeys& keys, size_t i);
Vector cached_value(const Vector& value);

// As attend() over f32: the query sees positions from `first` on.
Attended attend_int8(const Vector& query, const std::vector<Vector>& keys,
                     const std::vector<Vector>& values, size_t first = 0);

}  // namespace onehead::reference
