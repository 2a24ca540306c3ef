// Rotary position embedding. The pairs of a head are (2i, 2i + 1), interleaved, or its two halves,
// (i, i + n_pairs).
#pragma once

#include <cstdint>

namespace onehead {

// inv_freq [rope_dim / 2]: inv_freq_i = base^(-2i / rope_dim), in f64.
void rope_frequencies(double base, int32_t rope_dim, double* inv_freq);

// cos, sin [n_pairs] of position * inv_freq_i, computed in f64.
void rope_angles(int32_t position, const double* inv_freq, int32_t n_pairs, float* cos, float* sin);

// Rotate the first n_pairs pairs of one head in place:
// (x0, x1) -> (x0 * cos - x1 * sin, x0 * sin + x1 * cos).
void rope_interleaved(float* head, const float* cos, const float* sin, int32_t n_pairs);
void rope_half(float* head, const float* cos, const float* sin, int32_t n_pairs);

}  // namespace onehead
