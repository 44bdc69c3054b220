export function slowness(): number;
export function patienceMs(ms: number): number;
export function patienceSeconds(seconds: number): number;
