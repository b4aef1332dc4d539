import { duration } from "../../format";
import { useSpeech } from "../../i18n";

/** A predicted wait: as likely shorter as longer than the first number, and longer than the second for one in ten. */
export function Band({
  p50_s,
  p90_s,
  short = false,
}: {
  p50_s: number | null | undefined;
  p90_s: number | null | undefined;
  /** Where there is little room: only the middle; the rest on pointing at it. */
  short?: boolean;
}) {
  const { t } = useSpeech();
  if (p50_s === null || p50_s === undefined) return <span className="quiet">–</span>;
  const p90 = p90_s ?? p50_s;
  return (
    <span className="num band" title={t("why.band_title", { p50: duration(p50_s), p90: duration(p90) })}>
      {duration(p50_s)}
      {!short && <span className="quiet"> – {duration(p90)}</span>}
    </span>
  );
}
