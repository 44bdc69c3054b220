import type { Command } from 'commander';
import type { Run } from '../../cli/context.ts';
import { registerEventsList } from './list.ts';
import { registerEventsResend } from './resend.ts';
import { registerEventsShow } from './show.ts';

/** `events`: what was received, and what became of it. */
export function registerEvents(program: Command, run: Run): void {
  const events = program
    .command('events')
    .description('What was received and what became of it: list, show, resend');
  registerEventsList(events, run);
  registerEventsShow(events, run);
  registerEventsResend(events, run);
}
