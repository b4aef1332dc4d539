import { describe, expect, it } from "vitest";
import { date, duration, fileSize, initials, moment, needs, offset, phoneNumber, share } from "../src/format";

describe("duration", () => {
  it.each([
    [-3, "0:00"],
    [0, "0:00"],
    [5.9, "0:05"],
    [65, "1:05"],
    [3599, "59:59"],
    [3723, "1:02:03"],
    [90_000, "25:00:00"],
  ])("%s s -> %s", (seconds, text) => expect(duration(seconds)).toBe(text));
});

describe("offset", () => {
  it.each([
    [-1, "+0.0"],
    [0.04, "+0.0"],
    [12.34, "+12.3"],
    [59.96, "+1:00.0"],
    [125.1, "+2:05.1"],
  ])("%s s -> %s", (seconds, text) => expect(offset(seconds)).toBe(text));
});

describe("phone numbers", () => {
  it.each([
    ["+8613800138000", "+86 138 0013 8000"],
    ["+862161234567", "+86 21 6123 4567"],
    ["+8687165320018", "+86 871 6532 0018"],
    ["+12125550143", "+1 212 555 0143"],
    ["95533", "95533"],
    ["", ""],
    ["anonymous", "anonymous"],
  ])("%s -> %s", (number, text) => expect(phoneNumber(number)).toBe(text));

  it("never loses a digit", () => {
    for (const number of ["+447700900142", "+4915228817386", "+35312345678", "+85291230456", "+868687654321"]) {
      expect(phoneNumber(number).replaceAll(" ", "")).toBe(number);
    }
  });
});

describe("moments", () => {
  const now = new Date(2026, 10, 21, 15, 30).getTime() / 1000;
  it("say only what is needed", () => {
    expect(moment(now - 3600, now, "en")).toBe("14:30");
    expect(moment(new Date(2026, 2, 5, 9, 7).getTime() / 1000, now, "en")).toBe("5 Mar 09:07");
    expect(moment(new Date(2024, 2, 5, 9, 7).getTime() / 1000, now, "en")).toBe(
      date(new Date(2024, 2, 5).getTime() / 1000, "en"),
    );
    expect(moment(new Date(2026, 2, 5, 9, 7).getTime() / 1000, now, "zh")).toContain("3月5日");
  });
});

describe("shares and sizes", () => {
  it("are short", () => {
    expect([share(null), share(0), share(0.875), share(1)]).toEqual(["–", "0 %", "88 %", "100 %"]);
    expect([fileSize(12), fileSize(20_480), fileSize(3_355_443)]).toEqual(["12 B", "20 kB", "3.2 MB"]);
  });
});

describe("needs", () => {
  it.each([
    ["language:zh>=3 and product:loans>=2", "zh ≥ 3 · loans ≥ 2"],
    ["vip>=1", "vip ≥ 1"],
    ["no special skill", "no special skill"],
    ["", ""],
  ])("%s -> %s", (text, shown) => expect(needs(text)).toBe(shown));
});

describe("initials", () => {
  it.each([
    ["王小明", "王"],
    ["John Smith", "JS"],
    ["maria", "M"],
    ["Élodie de la Tour", "ÉT"],
    ["  ", "?"],
    ["<img src=x>", "IX"],
    ["\u202eevil", "E"],
    ["😀 smile", "S"],
  ])("%s -> %s", (name, text) => expect(initials(name)).toBe(text));
});
