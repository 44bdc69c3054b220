/** Keys of the stack's outputs. */
export const StackOutput = {
  WEBHOOK_URL: 'WebhookUrl',
  SIGNING_SECRET_NAME: 'SigningSecretName',
  QUEUE_URL: 'QueueUrl',
  DEAD_LETTER_QUEUE_URL: 'DeadLetterQueueUrl',
  LEDGER_TABLE_NAME: 'LedgerTableName',
  ALERT_TOPIC_ARN: 'AlertTopicArn',
  DASHBOARD_URL: 'DashboardUrl',
  /** Only with alerts to PagerDuty. */
  PAGERDUTY_SECRET_ARN: 'PagerDutySecretArn',
  /** Only with alerts to Slack. */
  SLACK_SECRET_ARN: 'SlackSecretArn',
  /** Only with a database. */
  DATABASE_SECRET_ARN: 'DatabaseSecretArn',
} as const;
export type StackOutput = (typeof StackOutput)[keyof typeof StackOutput];
