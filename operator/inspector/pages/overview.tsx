/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
import type { Child } from 'hono/jsx';
import { counted, formatCount } from '../../cli/command-text.ts';
import { formatDuration } from '../../cli/format-time.ts';
import type { QueueDepth } from '../../core/queue-depth.ts';
import { EXPIRY_WARNING_MS, type FailureGroup } from '../../dead-letters/groups.ts';
import type { Overview, Reading } from '../data/readings.ts';
import type { SnapshotState } from '../data/snapshot.ts';
import { Actions } from './actions.tsx';
import { Chart } from './chart.tsx';
import { Age, Notice, Panel, type Tone } from './elements.tsx';
import { GroupList } from './groups.tsx';
import type { View } from './layout.tsx';
import type { PageContext } from './page-context.ts';
import { SnapshotBar } from './snapshot-bar.tsx';
import { TablesPanel } from './tables.tsx';

export interface OverviewProps {
  readonly page: PageContext;
  readonly overview: Overview;
  readonly snapshot: SnapshotState;
  /** What the totals are over. */
  readonly totalsMs: number;
}

export function overviewView(props: OverviewProps): View {
  const { page, overview, snapshot } = props;
  const letters = map(overview.deadLetters, inAll);
  return {
    title: typeof letters === 'number' && letters > 0 ? `(${letters}) Overview` : 'Overview',
    section: 'overview',
    ...(snapshot.takenAtMs === undefined ? { reloadSeconds: 2 } : {}),
    live: (
      <>
        <h1 class="unseen">Overview of {page.target.name}</h1>
        <Notices {...props} />
        <Tiles {...props} />
        <Panel id="traffic" title="Traffic" aside={<DashboardLink page={page} />}>
          {'value' in overview.chart ? (
            <Chart counters={overview.chart.value} />
          ) : (
            <p class="empty">No figures.</p>
          )}
        </Panel>
        <Panel id="failures" title="Failures" aside={<SnapshotBar page={page} snapshot={snapshot} />}>
          <Failures page={page} snapshot={snapshot} />
        </Panel>
        {overview.tables === undefined ? '' : <TablesPanel tables={overview.tables} />}
      </>
    ),
  };
}

function Failures({ page, snapshot }: Pick<OverviewProps, 'page' | 'snapshot'>) {
  const { groups, takenAtMs } = snapshot;
  if (groups.length === 0) {
    return (
      <p class="empty">
        {takenAtMs === undefined ? 'Looking for dead letters …' : 'No dead letters: nothing needs you.'}
      </p>
    );
  }
  return (
    <>
      <GroupList page={page} groups={groups} />
      <Actions page={page} selection={{}} what="all" />
    </>
  );
}

function Notices({ page, overview, snapshot }: OverviewProps) {
  const problems = new Set(
    Object.values(overview).flatMap((each) => ('problem' in each ? [each.problem] : [])),
  );
  const state = 'value' in overview.consumer ? overview.consumer.value.state : undefined;
  return (
    <>
      {state === undefined || state === 'Enabled' ? (
        ''
      ) : (
        <Notice tone="warn">
          <strong>{state === 'Disabled' ? 'Paused.' : `The event source is ${state}.`}</strong> Events are
          accepted and wait; nothing is processed. To go on:{' '}
          <code>npx supaglue-webhooks resume {page.target.flag}</code>
        </Notice>
      )}
      <ExpiryNotice page={page} groups={snapshot.groups} />
      {[...problems].map((problem) => (
        <Notice tone="bad">{problem}</Notice>
      ))}
    </>
  );
}

function ExpiryNotice({
  page,
  groups,
}: {
  readonly page: PageContext;
  readonly groups: readonly FailureGroup[];
}) {
  const firstMs = groups.reduce(
    (first, group) => Math.min(first, group.expiresAtMs),
    Number.POSITIVE_INFINITY,
  );
  if (firstMs - page.nowMs > EXPIRY_WARNING_MS) return '';
  return (
    <Notice tone="warn">
      <strong>Letters are about to be lost.</strong> SQS drops the first of them{' '}
      <Age atMs={firstMs} nowMs={page.nowMs} />: redrive or export them before.
    </Notice>
  );
}

function Tiles({ page, overview, snapshot, totalsMs }: OverviewProps) {
  const hours = totalsMs / 3_600_000;
  const over = hours === 1 ? 'last hour' : `last ${hours} h`;
  const dead = map(overview.deadLetters, inAll);
  const oldest = map(overview.oldestSeconds, (seconds) => seconds);
  const totals = (name: 'accepted' | 'processed' | 'duplicates') =>
    map(overview.totals, (all) => all[name].total);
  return (
    <dl class="tiles">
      <Tile
        id="tile-dead"
        label="Dead letters"
        value={dead}
        tone={dead === undefined ? 'plain' : dead > 0 ? 'bad' : 'good'}
        note={dead === undefined ? 'not known' : dead > 0 ? <NeedYou snapshot={snapshot} /> : 'none'}
        href={`${page.base}/letters`}
      />
      <Tile
        id="tile-waiting"
        label="Waiting"
        value={map(overview.queue, ({ visible }) => visible)}
        note="on the queue"
      />
      <Tile
        id="tile-flight"
        label="In flight"
        value={map(overview.queue, ({ hidden }) => hidden)}
        note="in work or backing off"
      />
      <Tile
        id="tile-oldest"
        label="Oldest"
        value={oldest === undefined || oldest === 0 ? undefined : formatDuration(oldest * 1000)}
        note={oldest === undefined ? 'not known' : oldest === 0 ? 'nothing waits' : 'longest wait'}
      />
      <Tile id="tile-accepted" label="Accepted" value={totals('accepted')} note={over} />
      <Tile id="tile-processed" label="Processed" value={totals('processed')} note={over} />
      <Tile
        id="tile-duplicates"
        label="Duplicates"
        value={totals('duplicates')}
        note={`recognised, ${over}`}
      />
    </dl>
  );
}

function NeedYou({ snapshot: { groups } }: Pick<OverviewProps, 'snapshot'>) {
  return <>{groups.length === 0 ? 'need you' : `need you, in ${counted(groups.length, 'group')}`}</>;
}

interface TileProps {
  readonly id: string;
  readonly label: string;
  readonly value: number | string | undefined;
  readonly note: Child;
  readonly tone?: Tone;
  readonly href?: string;
}

function Tile({ id, label, value, note, tone = 'plain', href }: TileProps) {
  const shown = value === undefined ? '–' : typeof value === 'number' ? formatCount(value) : value;
  return (
    <div class={`tile ${tone}`} id={id}>
      <dt>{label}</dt>
      <dd>
        <span class="value">
          {href === undefined ? (
            shown
          ) : (
            <a href={href} aria-label={`${shown} ${label}`}>
              {shown}
            </a>
          )}
        </span>
        <span class="note">{note}</span>
      </dd>
    </div>
  );
}

function DashboardLink({ page: { target } }: { readonly page: PageContext }) {
  if (target.dashboardUrl === undefined) return '';
  return (
    <a href={target.dashboardUrl} target="_blank" rel="noreferrer">
      CloudWatch dashboard<span class="unseen"> (opens a new tab)</span> ↗
    </a>
  );
}

const inAll = ({ visible, hidden }: QueueDepth) => visible + hidden;

function map<Value, Result>(reading: Reading<Value>, read: (value: Value) => Result): Result | undefined {
  return 'value' in reading ? read(reading.value) : undefined;
}
