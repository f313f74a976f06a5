// How old what a device knows is, said openly: "offline that silently is not" is the worst fault of a scanner.
//
//   freshness({ at, now, isOnline, skew, freshFor, usableFor })  ->  { level, minutes, isClockWrong }
//   level: "fresh" | "stale" | "old" | "none"

export const CLOCK_TOLERANCE = 60000;

export function freshness({ at, now, isOnline, skew = 0, freshFor = 120000, usableFor = 12 * 3600000 }) {
  const isClockWrong = Math.abs(skew) > CLOCK_TOLERANCE;
  if (!at) return { level: "none", minutes: null, isClockWrong };
  const age = now - at;
  // A moment in the future is no freshness: the clock was set back since.
  const level = age > usableFor || age < -CLOCK_TOLERANCE ? "old" : isOnline && age <= freshFor ? "fresh" : "stale";
  return { level, minutes: Math.max(0, Math.floor(age / 60000)), isClockWrong };
}
