/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
import { FailureReason } from '../../../lambdas/contract/failure.ts';
import { safeText } from '../../../local/safe-text.ts';
import type { DeadLetter } from '../../dead-letters/dead-letter.ts';
import type { Selection } from '../../dead-letters/selection.ts';
import { selectionFields } from '../data/selection-query.ts';
import type { PageContext } from './page-context.ts';

const AGES = [
  ['', 'any'],
  ['newer-than:10m', 'newer than 10 min'],
  ['newer-than:1h', 'newer than 1 h'],
  ['newer-than:1d', 'newer than 1 day'],
  ['older-than:1h', 'older than 1 h'],
  ['older-than:1d', 'older than 1 day'],
  ['older-than:7d', 'older than 7 days'],
] as const;
const REASONS = Object.values(FailureReason);
const TEXTS = [
  ['error', 'Error says'],
  ['grep', 'Payload has'],
] as const;
const MORE_TEXTS = [
  ['handler', 'Handler'],
  ['code', 'Code'],
] as const;
const MAX_CUSTOMERS = 200;

export interface FiltersProps {
  readonly page: PageContext;
  readonly selection: Selection;
  readonly among: readonly DeadLetter[];
}

/** Choices are in the address, so a filtered page can be kept, and works without JavaScript. */
export function Filters({ page, selection, among }: FiltersProps) {
  const path = selection.groupId === undefined ? '/letters' : `/groups/${selection.groupId}`;
  const types = sorted(among.map(({ eventType }) => eventType));
  // A proposal is shown as it is, so one that would not be what it looks like is not made.
  const customers = sorted(among.slice(-MAX_CUSTOMERS).flatMap(({ customerId }) => customerId ?? [])).filter(
    (customer) => customer === safeText(customer),
  );
  const { groupId: _, ...filter } = selection;
  const age = ageChoice(selection);
  const isMoreSet = [selection.handler, selection.code, selection.reason, age].some((value) => value);
  return (
    <form class="filters" method="get" action={`${page.base}${path}`} aria-label="Search">
      <p class="field">
        <label for="filter-type">Event type</label>
        <select id="filter-type" name="type">
          <option value="">any</option>
          {withChoice(types, selection.eventType).map((type) => (
            <option value={type} selected={type === selection.eventType}>
              {safeText(type, 80)}
            </option>
          ))}
        </select>
      </p>
      <p class="field">
        <label for="filter-customer">Customer</label>
        <input
          id="filter-customer"
          name="customer"
          list="customers"
          value={selection.customerId ?? ''}
          placeholder="any"
          maxlength={256}
          autocomplete="off"
        />
        <datalist id="customers">
          {customers.map((customer) => (
            <option value={customer} />
          ))}
        </datalist>
      </p>
      <TextFields texts={TEXTS} selection={selection} />
      <details class="more" open={isMoreSet}>
        <summary>More filters</summary>
        <TextFields texts={MORE_TEXTS} selection={selection} />
        <p class="field">
          <label for="filter-reason">Reason</label>
          <select id="filter-reason" name="reason">
            <option value="">any</option>
            {REASONS.map((reason) => (
              <option value={reason} selected={reason === selection.reason}>
                {reason}
              </option>
            ))}
          </select>
        </p>
        <p class="field">
          <label for="filter-age">Age</label>
          <select id="filter-age" name="age">
            {AGES.map(([value, label]) => (
              <option value={value} selected={value === age}>
                {label}
              </option>
            ))}
          </select>
        </p>
      </details>
      <p class="field-actions">
        <button type="submit">Search</button>
        {selectionFields(filter).length > 0 ? <a href={`${page.base}${path}`}>Clear</a> : ''}
      </p>
    </form>
  );
}

function TextFields({
  texts,
  selection,
}: Pick<FiltersProps, 'selection'> & { readonly texts: typeof TEXTS | typeof MORE_TEXTS }) {
  return texts.map(([key, label]) => (
    <p class="field">
      <label for={`filter-${key}`}>{label}</label>
      <input
        id={`filter-${key}`}
        name={key}
        value={selection[key] ?? ''}
        placeholder="any"
        maxlength={256}
        autocomplete="off"
      />
    </p>
  ));
}

/** The menu's value as parameters of a selection: `older:1h`. */
export function ageParameter(age: string | undefined, name: string): string | undefined {
  const [parameter, value] = age?.split(':') ?? [];
  return parameter === name ? value : undefined;
}

function ageChoice(selection: Selection): string {
  const given = selectionFields(selection).map(([name, value]) => `${name}:${value}`);
  return AGES.find(([value]) => given.includes(value))?.[0] ?? '';
}

const sorted = (values: readonly string[]) => [...new Set(values)].sort();

const withChoice = (values: readonly string[], choice: string | undefined) =>
  choice === undefined || values.includes(choice) ? values : [choice, ...values];
