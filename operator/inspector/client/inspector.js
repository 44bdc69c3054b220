// What the pages cannot do without a script: asking for news while somebody looks, and copying. No page needs it.
(() => {
  const live = document.getElementById('live');
  const connection = document.getElementById('connection');
  const pollMs = Number(live?.dataset.pollMs);
  document.documentElement.classList.add('js');

  let timer;
  const poll = () => {
    // A page in the background costs no reads.
    if (!document.hidden) window.htmx.trigger(document.body, 'inspector-poll');
  };
  const show = (state, text) => {
    connection.textContent = text;
    connection.className = `connection ${state}`;
  };
  if (pollMs > 0) {
    timer = setInterval(poll, pollMs);
    document.addEventListener('visibilitychange', () => {
      if (timer !== undefined) poll();
    });
    show('live', 'Live');
  }
  // The server says that nothing will change any more.
  document.body.addEventListener('inspector-done', () => {
    clearInterval(timer);
    timer = undefined;
    show('', '');
  });
  document.addEventListener('htmx:after:swap', () => {
    if (timer !== undefined) show('live', 'Live');
  });
  document.addEventListener('htmx:response:error', (event) => {
    show('lost', `Not updated: ${event.detail.ctx.text.slice(0, 300)}`);
  });
  document.addEventListener('htmx:error', () => {
    show('lost', 'Not updated: the inspector does not answer');
  });

  document.addEventListener('click', async (event) => {
    const button = event.target.closest('[data-copy]');
    const source = button && document.getElementById(button.dataset.copy);
    if (!source) return;
    const label = button.innerHTML;
    await navigator.clipboard.writeText(source.textContent);
    button.textContent = 'Copied';
    setTimeout(() => {
      button.innerHTML = label;
    }, 1500);
  });
})();
