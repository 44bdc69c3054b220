import { AttributeType, Billing, ProjectionType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import {
  FAILURES_INDEX,
  FAILURES_INDEX_KEY,
  FAILURES_INDEX_PROJECTION,
  FAILURES_INDEX_SORT_KEY,
  LEDGER_KEY,
  LEDGER_TTL_ATTRIBUTE,
} from '../lambdas/contract/ledger-table.ts';

export interface LedgerTableProps {
  readonly removalPolicy: RemovalPolicy;
}

/** What was handled, what failed and why: one item an event. */
export class LedgerTable extends Construct {
  readonly table: TableV2;

  constructor(scope: Construct, id: string, { removalPolicy }: LedgerTableProps) {
    super(scope, id);
    this.table = new TableV2(this, 'Table', {
      partitionKey: { name: LEDGER_KEY, type: AttributeType.STRING },
      billing: Billing.onDemand(),
      timeToLiveAttribute: LEDGER_TTL_ATTRIBUTE,
      // Both are off by default. A lost ledger means that resent events run their handlers again.
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: removalPolicy === RemovalPolicy.RETAIN,
      removalPolicy,
      globalSecondaryIndexes: [
        {
          indexName: FAILURES_INDEX,
          partitionKey: { name: FAILURES_INDEX_KEY, type: AttributeType.STRING },
          sortKey: { name: FAILURES_INDEX_SORT_KEY, type: AttributeType.NUMBER },
          projectionType: ProjectionType.INCLUDE,
          nonKeyAttributes: [...FAILURES_INDEX_PROJECTION],
        },
      ],
    });
  }
}
