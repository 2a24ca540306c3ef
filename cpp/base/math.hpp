// f64 functions of our own, made of IEEE + - * / alone, so that every engine and compiler gives the
// same bits. They serve RoPE tables, log-probabilities and the sampler; nothing here is hot.
// Arguments must not be NaN.
#pragma once

namespace onehead {

// Within 1 ulp. exp64(0) = 1; below about -745 the result is 0, above about 709.78 infinity.
double exp64(double x);

// Within 1 ulp for x > 0 (subnormals too); log64(0) = -infinity.
double log64(double x);

// Within 1 ulp for |x| <= 1e6 (angles of RoPE); larger arguments lose accuracy.
double sin64(double x);
double cos64(double x);

}  // namespace onehead
