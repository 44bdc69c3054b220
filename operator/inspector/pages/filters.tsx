/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
import { safeText } from '../../../local/safe-text.ts';
import type { DeadLetter } from '../../dead-letters/dead-letter.ts';
import type { Selection } from '../../dead-letters/selection.ts';
import { SelectionParameter, selectionFields } from '../data/selection-query.ts';
import type { PageContext } from './page-context.ts';

const AGES = [
  ['', 'any'],
  ['newer:10m', 'newer than 10 min'],
  ['newer:1h', 'newer than 1 h'],
  ['newer:1d', 'newer than 1 day'],
  ['older:1h', 'older than 1 h'],
  ['older:1d', 'older than 1 day'],
  ['older:7d', 'older than 7 days'],
] as const;
const SECONDS: Readonly<Record<string, number>> = { '10m': 600, '1h': 3_600, '1d': 86_400, '7d': 604_800 };
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
  const customers = sorted(among.flatMap(({ customerId }) => customerId ?? []))
    .filter((customer) => customer === safeText(customer))
    .slice(0, MAX_CUSTOMERS);
  const { groupId: _, ...filter } = selection;
  const age = ageChoice(selection);
  return (
    <form class="filters" method="get" action={`${page.base}${path}`} aria-label="Filters">
      <p class="field">
        <label for="filter-type">Event type</label>
        <select id="filter-type" name={SelectionParameter.TYPE}>
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
          name={SelectionParameter.CUSTOMER}
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
      <p class="field-actions">
        <button type="submit">Filter</button>
        {selectionFields(filter).length > 0 ? <a href={`${page.base}${path}`}>Clear</a> : ''}
      </p>
    </form>
  );
}

/** The menu's value as parameters of a selection: `older:1h`. */
export function ageParameter(age: string | undefined, name: string): string | undefined {
  const [parameter, value] = age?.split(':') ?? [];
  return parameter === name ? value : undefined;
}

function ageChoice({ olderThanMs, youngerThanMs }: Selection): string {
  const found = AGES.find(([value]) => {
    const [name, age = ''] = value.split(':');
    const seconds = SECONDS[age];
    if (seconds === undefined) return false;
    return seconds * 1000 === (name === SelectionParameter.OLDER_THAN ? olderThanMs : youngerThanMs);
  });
  return found?.[0] ?? '';
}

const sorted = (values: readonly string[]) => [...new Set(values)].sort();

const withChoice = (values: readonly string[], choice: string | undefined) =>
  choice === undefined || values.includes(choice) ? values : [choice, ...values];
