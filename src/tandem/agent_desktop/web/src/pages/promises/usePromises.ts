import { campaignsApi } from "../../campaignsApi";
import type { Promises } from "../../generated/rest";
import { type Polled, usePolled } from "../why/usePolled";

export type PromiseList = Promises;

const EVERY_MS = 15_000;
const load = (signal: AbortSignal) => campaignsApi.promises(signal);

/** `wanted` false: nothing is asked for. */
export const usePromises = (wanted: boolean): Polled<PromiseList> => usePolled(wanted ? load : null, EVERY_MS);
