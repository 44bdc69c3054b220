export declare const LONG_SECONDS: Readonly<Record<string, number>>;
// biome-ignore lint/style/noDefaultExport: jest takes a sequencer's default export
export default class LongestFirst {
  constructor(options: { contexts: readonly never[]; globalConfig: object });
  sort<Test extends { readonly path: string }>(tests: readonly Test[]): Test[];
}
