/**
 * Calls back once what React has just committed is on the screen: the frame after the next one has begun. A hidden tab
 * gets no frames, yet its agent must still be rung (he hears it, and a notification tells him), hence the other ways.
 */
export function afterPaint(callback: () => void): () => void {
  let done = false;
  const finish = () => {
    if (done) return;
    done = true;
    clearTimeout(timer);
    cancelAnimationFrame(frame);
    callback();
  };
  const timer = setTimeout(finish, document.hidden ? 0 : 400);
  let frame = requestAnimationFrame(() => {
    frame = requestAnimationFrame(finish);
  });
  return () => {
    done = true;
    clearTimeout(timer);
    cancelAnimationFrame(frame);
  };
}
