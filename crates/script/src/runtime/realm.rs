//! One runtime: its limits, the prelude in it, and the ways in.

use std::rc::Rc;
use std::time::Duration;

use database::Database;
use rquickjs::function::Args;
use rquickjs::{CatchResultExt, Context, Ctx, Function, Module, Object, Persistent, Runtime};
use template::Templates;

use crate::host_calls::call::HostCalls;
use crate::host_calls::reply::Reply;
use crate::interpreter::budget::Budget;
use crate::interpreter::clock;
use crate::interpreter::memory::TimedMemory;
use crate::limits;
use crate::natives::request_context::RequestContext;
use crate::natives::{self, Reach};
use crate::prelude::DRIVER;
use crate::runtime::engine::Engine;
use crate::runtime::modules::{Compiled, Modules, Paths};

/// What one runtime may use.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Allowance {
    pub cpu: Duration,
    pub memory: u64,
    pub output: u64,
    pub files: u64,
}

impl From<&layout::Limits> for Allowance {
    fn from(limits: &layout::Limits) -> Self {
        Self {
            cpu: Duration::from_millis(limits.cpu_ms),
            memory: limits.memory_bytes(),
            output: limits.output_bytes(),
            files: limits.file_writes_bytes(),
        }
    }
}

/// What of a site runs in it.
#[derive(Clone)]
pub(crate) struct Code {
    pub modules: Rc<Modules>,
    pub templates: Rc<Templates>,
}

/// How a turn of a runtime's code ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Turn {
    /// It gave the thread back.
    Fine,
    /// Its time was used up.
    OutOfTime,
    /// The engine could not even call it: no memory was left, as a rule.
    Broken(String),
}

/// A runtime with the prelude in it, for one request. Fields are dropped in their order, the runtime last.
pub(crate) struct Realm {
    driver: Persistent<Object<'static>>,
    context: Context,
    runtime: Runtime,
    pub asks: Rc<HostCalls>,
    pub budget: Rc<Budget>,
    pub facts: Rc<RequestContext>,
    memory: u64,
}

impl Realm {
    /// A new runtime. Nothing of the site has run in it yet.
    pub fn new(
        engine: &Engine,
        code: &Code,
        database: Option<Rc<Database>>,
        allowance: Allowance,
    ) -> Result<Self, String> {
        let text = |error: rquickjs::Error| error.to_string();
        let budget = Rc::new(Budget::new(engine.platform.clone(), allowance.cpu));
        let memory = TimedMemory::new(budget.clone());
        let runtime = Runtime::new_with_alloc(memory).map_err(text)?;
        runtime.set_max_stack_size(limits::STACK);
        runtime.set_memory_limit(usize::try_from(allowance.memory).unwrap_or(usize::MAX));
        runtime.set_gc_threshold(limits::FIRST_COLLECTION);
        runtime.set_loader(
            Paths {
                modules: code.modules.clone(),
            },
            Compiled {
                modules: code.modules.clone(),
                prelude: engine.prelude.clone(),
            },
        );
        let watched = budget.clone();
        runtime.set_interrupt_handler(Some(Box::new(move || watched.is_over())));
        let context = clock::seeded(&*engine.platform, || Context::full(&runtime)).map_err(text)?;
        let asks = Rc::new(HostCalls::default());
        let reach = Reach {
            asks: asks.clone(),
            budget: budget.clone(),
            platform: engine.platform.clone(),
            output: allowance.output,
            files: allowance.files,
            hashing: engine.hashing.clone(),
            facts: Rc::default(),
            database,
            templates: code.templates.clone(),
        };
        let driver = context.with(|ctx| {
            boot(&ctx, &reach)
                .catch(&ctx)
                .map_err(|error| error.to_string())
        })?;
        Ok(Self {
            driver,
            context,
            runtime,
            asks,
            budget,
            facts: reach.facts,
            memory: allowance.memory,
        })
    }

    /// Calls a function of the driver and runs all that follows until the code waits for something.
    pub fn turn<F>(&self, function: &str, arguments: F) -> Turn
    where
        F: for<'js> FnOnce(&Ctx<'js>, &mut Args<'js>) -> rquickjs::Result<()>,
    {
        self.budget.begin();
        let called = self.context.with(|ctx| {
            let called = call(&ctx, &self.driver, function, arguments).catch(&ctx);
            let called = called.map_err(|error| error.to_string());
            while !self.budget.is_over() && ctx.execute_pending_job() {}
            called
        });
        self.budget.end();
        match called {
            _ if self.budget.is_over() => Turn::OutOfTime,
            Err(error) => Turn::Broken(error),
            Ok(()) => Turn::Fine,
        }
    }

    /// Answers a question of the prelude.
    pub fn settle(&self, ticket: u32, reply: Reply) -> Turn {
        self.asks.open.set(self.asks.open.get().saturating_sub(1));
        self.turn("settle", |ctx, args| {
            let (failure, value) = reply.into_pair(ctx)?;
            args.push_arg(ticket)?;
            args.push_arg(failure)?;
            args.push_arg(value)
        })
    }

    /// Is there as good as no memory left?
    pub fn is_full(&self) -> bool {
        let used = self.runtime.memory_usage().malloc_size;
        u64::try_from(used).unwrap_or_default() > self.memory / 10 * 9
    }
}

fn boot(ctx: &Ctx<'_>, reach: &Reach) -> rquickjs::Result<Persistent<Object<'static>>> {
    let host = natives::install(ctx, reach)?;
    Module::import(ctx, DRIVER)?
        .finish::<Object<'_>>()
        .and_then(|driver| {
            driver
                .get::<_, Function<'_>>("bind")?
                .call::<_, ()>((host,))?;
            Ok(Persistent::save(ctx, driver))
        })
}

fn call<'js, F>(
    ctx: &Ctx<'js>,
    driver: &Persistent<Object<'static>>,
    function: &str,
    arguments: F,
) -> rquickjs::Result<()>
where
    F: FnOnce(&Ctx<'js>, &mut Args<'js>) -> rquickjs::Result<()>,
{
    let driver = driver.clone().restore(ctx)?;
    let function: Function<'js> = driver.get(function)?;
    let mut args = Args::new_unsized(ctx.clone());
    arguments(ctx, &mut args)?;
    args.apply(&function)
}
