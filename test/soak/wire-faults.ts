import { LEDGER_KEY } from '../../lambdas/contract/ledger-table.ts';
import { MessageAttribute } from '../../lambdas/contract/message.ts';
import { parseRecord } from '../../local/json.ts';
import type { Random } from '../simulation/random.ts';
import type { FaultLog, WireFault } from './fault-log.ts';
import type { WireCall } from './faulty-proxy.ts';

/** How the faults are shared out: a withheld answer costs its caller the whole timeout, so there are fewer. */
const REQUEST_SHARE = 0.45;
const ANSWER_SHARE = 0.45;

export interface WireFaults {
  /** For {@link startFaultyProxy}. */
  readonly faultOf: (call: WireCall) => WireFault | undefined;
  /** From now on every call passes. */
  stop(): void;
}

/** @param share - of all calls, in [0, 1] */
export function wireFaults(random: Random, share: number, log: FaultLog): WireFaults {
  let stopped = false;
  return {
    faultOf(call) {
      if (stopped || !random.chance(share)) return undefined;
      const kind = pickFault(random);
      const eventId = eventIdOf(call);
      log.count(kind);
      log.add({ kind, atMs: Date.now(), operation: call.operation }, eventId === undefined ? [] : [eventId]);
      return kind;
    },
    stop() {
      stopped = true;
    },
  };
}

function pickFault(random: Random): WireFault {
  const chance = random.next();
  if (chance < REQUEST_SHARE) return 'request dropped';
  return chance < REQUEST_SHARE + ANSWER_SHARE ? 'answer dropped' : 'answer withheld';
}

/** Whose call it was: the key of a ledger's call, the attribute of a message. A change of visibility names nobody. */
function eventIdOf({ operation, body }: WireCall): string | undefined {
  const input = parseRecord(body.toString());
  const path =
    operation === 'SendMessage'
      ? ['MessageAttributes', MessageAttribute.SVIX_ID, 'StringValue']
      : ['Key', LEDGER_KEY, 'S'];
  let value: unknown = input;
  for (const name of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, name);
  }
  return typeof value === 'string' ? value : undefined;
}
