export function slowness(): number;
export function patienceMs(ms: number): number;
