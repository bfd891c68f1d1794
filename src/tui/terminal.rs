//! The terminal taken and given back, whatever happens.
//!
//! Owns: raw mode, the alternate screen, bracketed paste, reports of the mouse, the panic hook's part, suspending, signals, waiting for
//! a program that has the terminal meanwhile.
//! Refuses: what is drawn.

use std::io::{self, Write, stdout};
use std::mem::ManuallyDrop;
use std::process::{Child, ExitStatus};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::event::{
    self, DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture, Event, KeyEventKind,
};
use ratatui::crossterm::terminal::{Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use ratatui::crossterm::{cursor, execute};

use super::message::Message;
use super::outlet::Outlet;

/// Whether another program has the terminal: a signal that is typed there is for that one.
static LENT: AtomicBool = AtomicBool::new(false);

/// Whether the process was asked to stop for a while, with the program that has the terminal.
static STOPS: AtomicBool = AtomicBool::new(false);

/// Whether the process was asked to end.
static ENDS: AtomicBool = AtomicBool::new(false);

/// How often it is looked whether a program has ended.
const GLANCE: Duration = Duration::from_millis(10);

/// The terminal while it is ours; gives it back when dropped.
pub(super) struct Screen {
    /// Where frames are drawn. Never dropped: its own way of showing the cursor again panics where standard error is gone.
    pub terminal: ManuallyDrop<Terminal<CrosstermBackend<io::Stdout>>>,
    /// Whether the terminal reports the mouse.
    mouse: bool,
}

impl Screen {
    /// Takes the terminal. A panic from now on gives it back before it is reported.
    pub(super) fn take(mouse: bool) -> io::Result<Self> {
        let reported = std::panic::take_hook();
        let own = std::thread::current().id();
        std::panic::set_hook(Box::new(move |info| {
            // A worker's panic becomes a message on the screen, which goes on.
            if std::thread::current().id() == own {
                give_back();
                reported(info);
            }
        }));
        enter(mouse)?;
        Ok(Screen { terminal: fresh()?, mouse })
    }

    /// Asks the terminal to report the mouse, or leaves it to the terminal.
    pub(super) fn report_mouse(&mut self, mouse: bool) -> io::Result<()> {
        self.mouse = mouse;
        if mouse { execute!(stdout(), EnableMouseCapture) } else { execute!(stdout(), DisableMouseCapture) }
    }

    /// Forgets what is on the screen, so that the next frame is drawn whole. Asks the terminal nothing: its answer would go to the thread that
    /// reads keys.
    pub(super) fn forget(&mut self) -> io::Result<()> {
        execute!(stdout(), Clear(ClearType::All))?;
        self.terminal = fresh()?;
        Ok(())
    }

    /// Sends a sequence that shows nothing and moves nothing.
    pub(super) fn send(&mut self, sequence: &str) -> io::Result<()> {
        let mut terminal = stdout().lock();
        terminal.write_all(sequence.as_bytes())?;
        terminal.flush()
    }

    /// Hands the terminal to another program until that ends.
    pub(super) fn lend<T>(&mut self, program: impl FnOnce() -> T) -> io::Result<T> {
        STOPS.store(false, Ordering::Release);
        LENT.store(true, Ordering::Release);
        give_back();
        let ended = program();
        let entered = enter(self.mouse);
        LENT.store(false, Ordering::Release);
        entered?;
        self.forget()?;
        Ok(ended)
    }

    /// Hands the terminal to the shell until the process is continued.
    pub(super) fn suspend(&mut self) -> io::Result<()> {
        give_back();
        stop()?;
        enter(self.mouse)?;
        self.forget()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

/// Stops the process until somebody lets it go on.
fn stop() -> io::Result<()> {
    #[cfg(unix)]
    signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP)?;
    Ok(())
}

/// Waits for a program that has the terminal. It stops and goes on together with this process, and ends where this is to end.
pub(super) fn wait(child: &mut Child) -> io::Result<ExitStatus> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if ENDS.load(Ordering::Acquire) {
            child.kill()?;
            return child.wait();
        }
        if STOPS.swap(false, Ordering::AcqRel) {
            stop()?;
        }
        std::thread::sleep(GLANCE);
    }
}

/// Waits for a key while the terminal is lent, or until the process is to end.
pub(super) fn any_key() -> io::Result<()> {
    enable_raw_mode()?;
    let pressed = loop {
        if ENDS.load(Ordering::Acquire) {
            break Ok(());
        }
        match event::poll(10 * GLANCE).and_then(|is_there| if is_there { event::read().map(Some) } else { Ok(None) }) {
            Ok(Some(Event::Key(key))) if key.kind != KeyEventKind::Release => break Ok(()),
            Ok(_) => {}
            Err(error) => break Err(error),
        }
    };
    disable_raw_mode()?;
    pressed
}

fn fresh() -> io::Result<ManuallyDrop<Terminal<CrosstermBackend<io::Stdout>>>> {
    Ok(ManuallyDrop::new(Terminal::new(CrosstermBackend::new(stdout()))?))
}

fn enter(mouse: bool) -> io::Result<()> {
    enable_raw_mode()?;
    execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste, cursor::Hide)?;
    if mouse { execute!(stdout(), EnableMouseCapture) } else { Ok(()) }
}

/// Nothing can be done where this fails: the terminal is gone.
fn give_back() {
    let _ = execute!(stdout(), DisableMouseCapture, DisableBracketedPaste, LeaveAlternateScreen, cursor::Show);
    let _ = disable_raw_mode();
    let _ = stdout().flush();
}

/// Turns the signals that end a process into a message, so that the terminal is given back. Who asks a second time is not kept waiting.
#[cfg(unix)]
pub(super) fn watch_signals(messages: Outlet) -> io::Result<()> {
    use signal_hook::consts::{SIGABRT, SIGALRM, SIGCONT, SIGHUP, SIGINT, SIGPROF, SIGQUIT, SIGTERM, SIGTSTP};
    use signal_hook::consts::{SIGUSR1, SIGUSR2, SIGVTALRM, SIGXCPU, SIGXFSZ};
    let ends = [SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGABRT, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGXCPU, SIGXFSZ];
    let mut signals = signal_hook::iterator::Signals::new(ends.into_iter().chain([SIGCONT, SIGTSTP]))?;
    std::thread::spawn(move || {
        let mut asked = false;
        for signal in signals.forever() {
            let message = match signal {
                SIGCONT => Message::Redraw,
                SIGTSTP if LENT.load(Ordering::Acquire) => {
                    STOPS.store(true, Ordering::Release);
                    continue;
                }
                SIGINT | SIGQUIT if LENT.load(Ordering::Acquire) => continue,
                SIGTSTP => Message::Stop,
                _ if asked => {
                    give_back();
                    std::process::exit(ended_by(signal).into());
                }
                _ => {
                    asked = true;
                    ENDS.store(true, Ordering::Release);
                    Message::Terminate(signal)
                }
            };
            if !messages.send(message) {
                return;
            }
        }
    });
    Ok(())
}

/// Other systems end a process without asking.
#[cfg(not(unix))]
pub(super) fn watch_signals(_messages: Outlet) -> io::Result<()> {
    Ok(())
}

/// The exit status by which shells know a program that a signal has ended.
pub(super) fn ended_by(signal: i32) -> u8 {
    /// What a shell adds to the number of the signal.
    const ENDED_BY: u8 = 128;
    u8::try_from(signal).map_or(u8::MAX, |signal| ENDED_BY.saturating_add(signal))
}
