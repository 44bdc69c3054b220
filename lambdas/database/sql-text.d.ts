/** A `.sql` file is imported as its text: by esbuild in the bundles, by a transform in the tests. */
declare module '*.sql' {
  const text: string;
  // biome-ignore lint/style/noDefaultExport: what esbuild's loader exports
  export default text;
}
