/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
import type { Child } from 'hono/jsx';
import type { Selection } from '../../dead-letters/selection.ts';
import { selectionFields } from '../data/selection-query.ts';
import type { PageContext } from './page-context.ts';
import { ageText, utcText } from './page-text.ts';

/** Every tone is named in words beside its colour. */
export type Tone = 'good' | 'bad' | 'warn' | 'info' | 'plain';

export function Badge({ tone, children }: { readonly tone: Tone; readonly children: Child }) {
  return <span class={`badge ${tone}`}>{children}</span>;
}

/** An age, with its moment for those who hover or read by machine. */
export function Age({ atMs, nowMs }: { readonly atMs: number; readonly nowMs: number }) {
  return (
    <time datetime={new Date(atMs).toISOString()} title={utcText(atMs)}>
      {ageText(atMs, nowMs)}
    </time>
  );
}

export function Notice({ tone, children }: { readonly tone: Tone; readonly children: Child }) {
  return <p class={`notice ${tone}`}>{children}</p>;
}

export interface PanelProps {
  readonly id: string;
  readonly title: string;
  /** Beside the title. */
  readonly aside?: Child;
  readonly children: Child;
}

export function Panel({ id, title, aside, children }: PanelProps) {
  return (
    <section class="panel" id={id} aria-labelledby={`${id}-title`}>
      <div class="panel-head">
        <h2 id={`${id}-title`}>{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  );
}

/** Text in a fixed pitch, with a button that copies it (only with JavaScript). */
export function CopyBlock({
  id,
  label,
  text,
}: {
  readonly id: string;
  readonly label: string;
  readonly text: string;
}) {
  return (
    <div class="copy-block">
      <div class="copy-head">
        <h3>{label}</h3>
        <button type="button" class="quiet copy" data-copy={id}>
          Copy<span class="unseen"> {label}</span>
        </button>
      </div>
      <pre id={id} tabindex={0}>
        {text}
      </pre>
    </div>
  );
}

/** What every form that posts carries. */
export function FormToken({ page }: { readonly page: PageContext }) {
  return <input type="hidden" name="form_token" value={page.formToken} />;
}

export function SelectionInputs({ selection }: { readonly selection: Selection }) {
  return selectionFields(selection).map(([name, value]) => <input type="hidden" name={name} value={value} />);
}
