// Integer atomics, alike on CPU threads and a CUDA device. Sums of floating-point numbers have a fixed order.
#pragma once

#include <cstdint>

#include "kernels/base/extent.hpp"

namespace tauvox {

TAUVOX_HD void atomic_add(std::int64_t* target, std::int64_t value) {
#ifdef __CUDA_ARCH__
  atomicAdd(reinterpret_cast<unsigned long long*>(target), static_cast<unsigned long long>(value));
#else
  __atomic_fetch_add(target, value, __ATOMIC_RELAXED);
#endif
}

TAUVOX_HD void atomic_or(std::uint32_t* target, std::uint32_t bits) {
#ifdef __CUDA_ARCH__
  atomicOr(target, bits);
#else
  if ((__atomic_load_n(target, __ATOMIC_RELAXED) & bits) != bits)
    __atomic_fetch_or(target, bits, __ATOMIC_RELAXED);
#endif
}

template <class Integer>
TAUVOX_HD Integer atomic_load(const Integer* source) {
#ifdef __CUDA_ARCH__
  return *const_cast<const volatile Integer*>(source);
#else
  return __atomic_load_n(source, __ATOMIC_RELAXED);
#endif
}

template <class Integer>
TAUVOX_HD void atomic_store(Integer* target, Integer value) {
#ifdef __CUDA_ARCH__
  *const_cast<volatile Integer*>(target) = value;
#else
  __atomic_store_n(target, value, __ATOMIC_RELAXED);
#endif
}

/// target = min(target, value); returns what target held before.
TAUVOX_HD std::int64_t atomic_min(std::int64_t* target, std::int64_t value) {
#ifdef __CUDA_ARCH__
  return atomicMin(reinterpret_cast<long long*>(target), static_cast<long long>(value));
#else
  std::int64_t seen = __atomic_load_n(target, __ATOMIC_RELAXED);
  while (seen > value &&
         !__atomic_compare_exchange_n(target, &seen, value, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
  }
  return seen;
#endif
}

}  // namespace tauvox
