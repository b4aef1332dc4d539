import { useEffect, useState } from "react";

/** True once `on` has held without a break for `after_ms`. */
export function useLasting(on: boolean, after_ms: number): boolean {
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    if (!on) {
      setLasting(false);
      return;
    }
    const timer = setTimeout(() => setLasting(true), after_ms);
    return () => clearTimeout(timer);
  }, [on, after_ms]);
  return on && lasting;
}
