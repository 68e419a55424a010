/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_svdf_state_s16_s8.h"
#include "tc_mve_svdf.h"

TC_MVE_INLINE int32_t remember(int16_t *state, const int16_t *time, int32_t count, int32_t sum)
{
#if defined(__ARM_FEATURE_MVE) && !defined(TC_NO_ASM)
    __asm__("wlstp.16 lr, %[count], 2f\n"
            "1: vldrh.16 q0, [%[state], #2]\n vstrh.16 q0, [%[state]], #16\n vldrh.16 q1, [%[time]], #16\n"
            "vmladava.s16 %[sum], q0, q1\n letp lr, 1b\n2:"
            : [sum] "+Te"(sum), [state] "+r"(state), [time] "+r"(time)
            : [count] "r"(count)
            : "lr", "q0", "q1", "memory");
#else
    for (; count > 0; count -= 8, state += 8, time += 8) {
        const mve_pred16_t some = vctp16q((uint32_t)count);
        const int16x8_t v = vld1q_z_s16(state + 1, some);
        vst1q_p_s16(state, v, some);
        sum = vmladavaq_s16(sum, v, vld1q_z_s16(time, some));
    }
#endif
    return sum;
}

TC_MVE_SVDF(tc_mve_svdf_state_s16_s8, int16_t, INT16_MIN, INT16_MAX, remember)
