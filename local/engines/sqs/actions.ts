import { cancelMessageMoveTask } from './actions/cancel-message-move-task.ts';
import { changeMessageVisibility } from './actions/change-message-visibility.ts';
import { createQueue } from './actions/create-queue.ts';
import { deleteMessage } from './actions/delete-message.ts';
import { deleteQueue } from './actions/delete-queue.ts';
import { getQueueAttributes } from './actions/get-queue-attributes.ts';
import { getQueueUrl } from './actions/get-queue-url.ts';
import { listMessageMoveTasks } from './actions/list-message-move-tasks.ts';
import { listQueues } from './actions/list-queues.ts';
import { purgeQueue } from './actions/purge-queue.ts';
import { receiveMessage } from './actions/receive-message.ts';
import { sendMessage } from './actions/send-message.ts';
import { sendMessageBatch } from './actions/send-message-batch.ts';
import { setQueueAttributes } from './actions/set-queue-attributes.ts';
import { startMessageMoveTask } from './actions/start-message-move-task.ts';
import { inEntries } from './batch.ts';

/** What is run locally, by its name on the wire. */
export const ACTIONS = {
  CancelMessageMoveTask: cancelMessageMoveTask,
  ChangeMessageVisibility: changeMessageVisibility,
  ChangeMessageVisibilityBatch: inEntries(changeMessageVisibility),
  CreateQueue: createQueue,
  DeleteMessage: deleteMessage,
  DeleteMessageBatch: inEntries(deleteMessage),
  DeleteQueue: deleteQueue,
  GetQueueAttributes: getQueueAttributes,
  GetQueueUrl: getQueueUrl,
  ListMessageMoveTasks: listMessageMoveTasks,
  ListQueues: listQueues,
  PurgeQueue: purgeQueue,
  ReceiveMessage: receiveMessage,
  SendMessage: sendMessage,
  SendMessageBatch: sendMessageBatch,
  SetQueueAttributes: setQueueAttributes,
  StartMessageMoveTask: startMessageMoveTask,
};
