// Moments of campaigns: in the campaign's own zone, in which its days begin, named beside them.

import { createContext, useCallback, useContext } from "react";
import { serverNow } from "../clock";
import { clockIn, zoneOf } from "../zones";
import { placeOf } from "./promises/times";

const Zone = createContext("");
export const CampaignZone = Zone.Provider;

export interface Times {
  /** `14:05` today, else `11-25 14:05`. */
  at(moment: number): string;
  /** The same with the place: `11-25 14:05 Shanghai`. */
  named(moment: number): string;
  /** `14:05:09`, and the day when it is not today. */
  seconds(moment: number): string;
  place: string;
}

/** `zone`: another than that of the campaign whose page this is. */
export function useTimes(zone?: string): Times {
  const own = useContext(Zone);
  const its = zoneOf(zone || own).zone;
  const place = placeOf(its);
  return {
    at: useCallback((moment: number) => clockIn(its, moment, serverNow()), [its]),
    named: useCallback((moment: number) => `${clockIn(its, moment, serverNow())} ${place}`, [its, place]),
    seconds: useCallback((moment: number) => clockIn(its, moment, serverNow(), true), [its]),
    place,
  };
}
