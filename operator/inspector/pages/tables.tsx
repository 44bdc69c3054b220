/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
import { formatCount } from '../../cli/command-text.ts';
import type { TableCount } from '../../core/database.ts';
import type { Reading } from '../data/readings.ts';
import { Panel } from './elements.tsx';

/** Rows of Supaglue's and the application's tables. */
export function TablesPanel({ tables }: { readonly tables: Reading<readonly TableCount[]> }) {
  return (
    <Panel id="tables" title="Database">
      {'value' in tables && tables.value.length > 0 ? (
        <dl class="tiles">
          {tables.value.map(({ schema, table, rows }) => (
            <div class="tile plain" id={`rows-${schema}-${table}`}>
              <dt>{table}</dt>
              <dd>
                <span class="value">{formatCount(rows)}</span>
                <span class="note">{`${rows === 1 ? 'row' : 'rows'} in ${schema}`}</span>
              </dd>
            </div>
          ))}
        </dl>
      ) : (
        <p class="empty">{'value' in tables ? 'No tables.' : 'The tables cannot be counted.'}</p>
      )}
    </Panel>
  );
}
