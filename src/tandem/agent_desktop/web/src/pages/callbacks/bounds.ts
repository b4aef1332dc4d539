/** Rows that are shown at first, and as many more whenever somebody scrolls near the end of them. */
export const STEP = 50;
/** The server tells no page more (`MOST_WATCHED`). */
export const MOST = 500;
