import { type Colours, colours, takesColours } from '../../local/colours.ts';

/** Where a command writes. Standard output carries results, standard error everything else. */
export interface Terminal {
  print(line: string): void;
  /** Errors and remarks. */
  note(line: string): void;
  /** Colours the text, if standard output is a terminal and NO_COLOR is not set. */
  paint(colour: Colour, text: string): string;
  /** Says what is being waited for, once it takes longer than a second. */
  progress(text: string): Progress;
}

export type Colour = keyof Colours;

export interface Progress {
  /** Another text for when it is shown next: a count that has grown. */
  update(text: string): void;
  /** Something else is waited for now. */
  step(text: string): void;
  stop(): void;
}

export interface TerminalStreams {
  readonly stdout: { write(text: string): unknown; readonly isTTY?: boolean };
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean };
}

const PROGRESS_AFTER_MS = 1_000;
/** Between two lines of progress where a line cannot be written over. */
const PROGRESS_EVERY_MS = 10_000;
const REDRAW_MS = 100;

/** @param progressAfterMs - what is over by then shows no progress. @default 1 s */
export function createTerminal(
  { stdout, stderr }: TerminalStreams,
  environment: Readonly<Record<string, string | undefined>>,
  progressAfterMs = PROGRESS_AFTER_MS,
): Terminal {
  const palette = colours(takesColours(stdout, environment));
  const line = new ProgressLine(stderr);
  return {
    print: (text) => line.above(() => stdout.write(`${text}\n`)),
    note: (text) => line.above(() => stderr.write(`${text}\n`)),
    paint: (colour, text) => palette[colour](text),
    progress: (text) => startProgress(line, text, progressAfterMs),
  };
}

/** The one line that is written over; on anything but a terminal each text is a line of its own. */
class ProgressLine {
  readonly #stderr: TerminalStreams['stderr'];
  readonly overwrites: boolean;
  #shown = '';

  constructor(stderr: TerminalStreams['stderr']) {
    this.#stderr = stderr;
    this.overwrites = stderr.isTTY === true;
  }

  show(text: string): void {
    if (!this.overwrites) this.#stderr.write(`${text}\n`);
    else if (text !== this.#shown) this.#stderr.write(`\r\u001b[K${text}`);
    this.#shown = text;
  }

  clear(): void {
    if (this.overwrites && this.#shown !== '') this.#stderr.write('\r\u001b[K');
    this.#shown = '';
  }

  /** Writes a line where this one stands, and this one again below it. */
  above(write: () => unknown): void {
    const shown = this.#shown;
    if (!this.overwrites || shown === '') {
      write();
      return;
    }
    this.clear();
    write();
    this.show(shown);
  }
}

function startProgress(line: ProgressLine, initial: string, afterMs: number): Progress {
  let text = initial;
  let shown = false;
  const show = () => {
    line.show(text);
    shown = true;
    clearTimeout(timer);
    timer = setTimeout(show, line.overwrites ? REDRAW_MS : PROGRESS_EVERY_MS);
    timer.unref();
  };
  let timer = setTimeout(show, afterMs);
  timer.unref();
  return {
    update(next) {
      text = next;
    },
    step(next) {
      text = next;
      if (shown) show();
    },
    stop() {
      clearTimeout(timer);
      line.clear();
    },
  };
}
