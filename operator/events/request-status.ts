/** How far a received request has come. Apart from what asks AWS, which commands load when they run. */
export const REQUEST_STATUSES = ['accepted', 'running', 'retrying', 'completed', 'dead', 'refused'] as const;
export type RequestStatus = (typeof REQUEST_STATUSES)[number];
