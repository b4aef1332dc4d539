// Nobody has this number: say so, look for the person by name, or write him down. The number is filled in already.

import { Button, Input, Select } from "antd";
import { type FormEvent, useEffect, useState } from "react";
import { api } from "../../api";
import { useDeskState } from "../../desk";
import type { PopView } from "../../generated/live";
import type { CustomerMatch } from "../../generated/rest";
import { phoneNumber } from "../../format";
import { type Language, asLanguage, useSpeech } from "../../i18n";
import { oneLine } from "../../text";
import { LanguageMark, Name, Tier } from "../../ui/bits";
import { useCommand } from "../../ui/useCommand";
import { useProblem } from "../useProblem";

const NAME_LENGTH = 200;
const SEARCH_DELAY_MS = 250;

function useCustomerSearch(text: string): CustomerMatch[] {
  const [found, setFound] = useState<CustomerMatch[]>([]);
  useEffect(() => {
    if (text.trim().length < 1) {
      setFound([]);
      return;
    }
    const controller = new AbortController();
    const timer = setTimeout(() => {
      api.customers(text.trim(), controller.signal).then(
        (page) => setFound(page.customers.slice(0, 6)),
        () => undefined,
      );
    }, SEARCH_DELAY_MS);
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [text]);
  return found;
}

export function UnknownCaller({ callId, pop }: { callId: string; pop: PopView }) {
  const { t, w } = useSpeech();
  const problemOf = useProblem();
  const live = useDeskState((state) => state.status === "live");
  const { run, busy: linking } = useCommand();
  const [name, setName] = useState(oneLine(pop.caller_name).slice(0, NAME_LENGTH));
  const [company, setCompany] = useState("");
  const [city, setCity] = useState("");
  const [language, setLanguage] = useState<Language>(asLanguage(pop.language) ?? "zh");
  const [open, setOpen] = useState(false);
  const [saving, setSaving] = useState(false);
  const [error, setError] = useState("");
  const found = useCustomerSearch(open ? name : "");
  const number = pop.number_e164 || pop.number;

  const link = (id: string) => void run({ type: "choose_customer", call: callId, customer: id });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!name.trim() || saving) return;
    setSaving(true);
    setError("");
    api
      .createCustomer({ name: oneLine(name), number: oneLine(number), company: oneLine(company), city: oneLine(city), language })
      .then((customer) => link(customer.id))
      .catch((problem: unknown) => setError(problemOf(problem)))
      .finally(() => setSaving(false));
  };

  return (
    <div className="unknown">
      <div className="who">
        <span className="avatar" aria-hidden="true">
          ?
        </span>
        <div className="who-text">
          <div className="who-line">
            <h1 data-testid="pop-name">
              <bdi>{number ? phoneNumber(number) : t("pop.withheld")}</bdi>
            </h1>
            <LanguageMark code={pop.language} />
          </div>
          <div className="who-facts">
            <span>{t("pop.unknown")}</span>
            {pop.caller_name && (
              <span>
                {t("pop.calls_himself")} <Name>{pop.caller_name}</Name>
              </span>
            )}
            {pop.unknown_contacts > 0 && <span>{t("pop.unknown_contacts", { count: pop.unknown_contacts })}</span>}
          </div>
        </div>
        <Button data-testid="create-customer" onClick={() => setOpen(!open)} aria-expanded={open}>
          {t("customer.create")}
        </Button>
      </div>
      {open && (
        <form className="create" onSubmit={submit}>
          <label>
            <span>{t("customer.name")}</span>
            <Input autoFocus data-testid="customer-name" maxLength={NAME_LENGTH} value={name} onChange={(e) => setName(e.target.value)} />
          </label>
          <label>
            <span>{t("customer.number")}</span>
            <Input value={number} disabled data-testid="customer-number" />
          </label>
          <label>
            <span>{t("customer.company")}</span>
            <Input maxLength={200} value={company} onChange={(e) => setCompany(e.target.value)} />
          </label>
          <label>
            <span>{t("customer.city")}</span>
            <Input maxLength={100} value={city} onChange={(e) => setCity(e.target.value)} />
          </label>
          <label>
            <span>{t("customer.language")}</span>
            <Select
              value={language}
              onChange={setLanguage}
              options={(["zh", "en"] as const).map((code) => ({ value: code, label: w("spoken_long", code) }))}
            />
          </label>
          <div className="create-actions">
            <Button type="primary" htmlType="submit" data-testid="customer-save" loading={saving} disabled={!name.trim() || !live}>
              {t("customer.save")}
            </Button>
            {error && (
              <span className="bad-text" role="alert">
                {error}
              </span>
            )}
          </div>
          {found.length > 0 && (
            <div className="found">
              <p className="quiet small">{t("customer.found")}</p>
              {found.map((customer) => (
                <button key={customer.id} type="button" disabled={!live || linking} onClick={() => link(customer.id)}>
                  <Name>{customer.name}</Name>
                  <Name>{customer.company || customer.city}</Name>
                  <Tier tier={customer.tier} />
                  <span className="quiet num">{phoneNumber(customer.numbers[0] ?? "")}</span>
                </button>
              ))}
            </div>
          )}
        </form>
      )}
    </div>
  );
}
