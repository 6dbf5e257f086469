//! Sites like those that the PeerServer of 2013 came with, used as their visitors used them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use serde_json::{Value, json};
use support::Site;

#[test]
fn the_empty_site_shows_its_page() {
    let code = "return static_file('index.html')  // Change if desired";
    let mut site = Site::new(
        &[("/index", code)],
        &[],
        &[("index.html", "<html>Hello, world.</html>")],
        json!([]),
    );
    assert_eq!(site.get("/", &[]).body(), "<html>Hello, world.</html>");
}

/// A grocery list that several people fill.
fn grocery() -> Site {
    let index = "return render_template('index.handlebars', {})";
    let enter = "
        if (!params.name && !session.user) {
            return render_template('redirect.handlebars', {to: 'index'});
        }
        session.user = params.name || session.user;
        return render_template('requests.handlebars', {user: session.user});";
    let sub_requests = "
        var kinds = ['snacks', 'meals', 'sweets'], groups = [];
        for (var i = 0; i < kinds.length; i++) {
            var rows = database({type: 'foodrequest', foodType: kinds[i]}).order('food').get();
            var foods = _.map(_.groupBy(rows, 'food'), function (rows, food) {
                return {food: food, supporters: rows.length, mine: _.contains(_.pluck(rows, 'user'), params.user),
                        rows: _.map(rows, function (row) { return {user: row.user, details: row.details || 'yes!'} })};
            });
            groups.push({kind: kinds[i], foods: foods});
        }
        return render_template('subrequests.handlebars', {groups: groups});";
    let add_food = "
        var food = _.escape(params.food), details = _.escape(params.details || '');
        var old = database({type: 'foodrequest', user: params.user, food: food});
        var replaced = old.count() > 0;
        old.remove();
        database.insert({type: 'foodrequest', user: params.user, food: food, foodType: params.foodType, details: details});
        return JSON.stringify({message: replaced ? 'Replaced previous request with new request.' : food + ' successfully supported.'});";
    let templates = [
        (
            "index.handlebars",
            "<h1>Grocery List</h1><form action='enter' method='post'><input name='name'></form>",
        ),
        (
            "redirect.handlebars",
            "<form id='go' action='{{to}}'></form><script>document.getElementById('go').submit()</script>",
        ),
        (
            "requests.handlebars",
            "You are: <b>{{user}}</b><div class='subrequests'></div>",
        ),
        (
            "subrequests.handlebars",
            "{{#each groups}}<h2>{{kind}}</h2>{{#each foods}}{{{food}}}{{#unless mine}}<a>+1 {{../../kind}}</a>{{/unless}} \
             ({{supporters}}){{#rows}} {{user}}: {{{details}}}{{/rows}};{{/each}}{{^foods}}nothing{{/foods}}{{/each}}",
        ),
    ];
    let row = |user: &str, food: &str, kind: &str| json!({ "type": "foodrequest", "user": user, "food": food, "foodType": kind, "details": "" });
    let rows = json!([
        row("amy", "cheese", "snacks"),
        row("daniel", "quinoa", "meals"),
        row("sarah", "cheese", "snacks")
    ]);
    Site::new(
        &[
            ("/index", index),
            ("/enter", enter),
            ("/subrequests", sub_requests),
            ("/addfood", add_food),
        ],
        &templates,
        &[],
        rows,
    )
}

#[test]
fn the_grocery_list_is_entered_and_filled() {
    let mut site = grocery();
    let mut zoe = json!({});
    assert!(site.ask("/", &[], &mut zoe).body().contains("Grocery List"));
    assert!(
        site.ask("/enter", &[], &mut zoe)
            .body()
            .contains("action='index'")
    );
    assert!(
        site.ask("/enter", &[("name", "<zoe>")], &mut zoe)
            .body()
            .contains("<b>&lt;zoe&gt;</b>")
    );
    assert!(
        site.ask("/enter", &[], &mut zoe)
            .body()
            .contains("&lt;zoe&gt;"),
        "the session knows her"
    );

    let shown = site.ask("/subrequests", &[("user", "amy")], &mut zoe);
    let groups: Vec<&str> = shown.body().split("<h2>").collect();
    assert_eq!(groups[1], "snacks</h2>cheese (2) amy: yes! sarah: yes!;");
    assert_eq!(
        groups[2],
        "meals</h2>quinoa<a>+1 meals</a> (1) daniel: yes!;"
    );
    assert_eq!(groups[3], "sweets</h2>nothing");

    let add = |site: &mut Site, food: &str| {
        let sent = [
            ("user", "zoe"),
            ("food", food),
            ("foodType", "sweets"),
            ("details", "<b>"),
        ];
        let message: Value = serde_json::from_str(site.get("/addfood", &sent).body()).unwrap();
        message["message"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        add(&mut site, "dark chocolate"),
        "dark chocolate successfully supported."
    );
    assert_eq!(
        add(&mut site, "dark chocolate"),
        "Replaced previous request with new request."
    );
    assert_eq!(site.rows.as_array().unwrap().len(), 4);
    assert!(
        site.get("/subrequests", &[])
            .body()
            .contains("dark chocolate<a>+1 sweets</a> (1) zoe: &lt;b&gt;;")
    );
}

#[test]
fn an_account_is_made_and_logged_in_to() {
    let make = "
        var salt = cryptoRandom(8);
        if (database({type: 'account', username: params.username}).count() > 0) {
            return 'Sorry, username ' + params.username + ' is already taken.';
        }
        database.insert({type: 'account', username: params.username, password: hash(params.password + salt), salt: salt});
        return 'Account created for ' + params.username + ' with password salted and hashed.';";
    let login = "
        var account = database({type: 'account', username: params.username}).first();
        if (!account) { return 'Not in database.'; }
        if (account.password === hash(params.password + account.salt)) {
            session.loggedIn = true;
            return render_template('logged-in.handlebars', {user: params.username});
        }
        return 'It broke.';";
    let templates = [(
        "logged-in.handlebars",
        "Welcome {{user}}! Great job logging in :)",
    )];
    let mut site = Site::new(
        &[("/makeaccount", make), ("/login", login)],
        &templates,
        &[],
        json!([]),
    );
    let (mut ann, mut eve) = (json!({}), json!({}));
    let right = [("username", "ann"), ("password", "secret")];
    assert_eq!(
        site.ask("/login", &right, &mut ann).body(),
        "Not in database."
    );
    assert!(
        site.ask("/makeaccount", &right, &mut ann)
            .body()
            .starts_with("Account created for ann")
    );
    assert!(
        site.ask("/makeaccount", &right, &mut eve)
            .body()
            .contains("already taken")
    );
    assert_eq!(
        site.ask(
            "/login",
            &[("username", "ann"), ("password", "guess")],
            &mut eve
        )
        .body(),
        "It broke."
    );
    assert_eq!(
        site.ask("/login", &right, &mut ann).body(),
        "Welcome ann! Great job logging in :)"
    );
    assert_eq!(
        (&ann["loggedIn"], &eve["loggedIn"]),
        (&json!(true), &Value::Null)
    );
    assert_ne!(site.rows[0]["password"], "secret");
}

#[test]
fn votes_are_counted() {
    let vote = "
        if (_.contains(['Ann', 'Bob'], params.name)) {
            database.insert({votefor: params.name});
            return 'Successfully cast vote for ' + params.name;
        }";
    let view = "
        var ann = database({votefor: 'Ann'}).count(), bob = database({votefor: 'Bob'}).count();
        var winner = ann === bob ? 'Nobody' : ann > bob ? 'Ann' : 'Bob';
        return render_template('results.handlebars', {winner: winner, by: Math.abs(ann - bob)});";
    let templates = [(
        "results.handlebars",
        "{{winner}} is winning{{#if by}} by {{by}}{{/if}}",
    )];
    let mut site = Site::new(
        &[("/votefor", vote), ("/viewvotes", view)],
        &templates,
        &[],
        json!([]),
    );
    assert_eq!(site.get("/viewvotes", &[]).body(), "Nobody is winning");
    for _ in 0..2 {
        site.get("/votefor", &[("name", "Bob")]).body();
    }
    assert_eq!(
        site.get("/votefor", &[("name", "Eve")]).value(),
        &Value::Null
    );
    assert_eq!(site.get("/viewvotes", &[]).body(), "Bob is winning by 2");
}

#[test]
fn small_routes_work() {
    let routes = [
        (
            "/todo/make/<text>",
            "database.insert({type: 'todo', text: decodeURIComponent(text)}); return 'ok'",
        ),
        (
            "/todo/list",
            "var t = ''; database({type: 'todo'}).each(function (row) { t += '<li>' + _.escape(row.text) }); return t",
        ),
        (
            "/whenis/<ms>",
            "return new Date(parseInt(ms, 10)).toUTCString()",
        ),
        ("/static/html/<name>", "return static_file(name + '.html')"),
        (
            "/eightball",
            "return ['yes', 'no'][Math.floor(Math.random() * 2)]",
        ),
        (
            "/falsy/<what>",
            "return {zero: 0, empty: '', nothing: undefined}[what]",
        ),
    ];
    let mut site = Site::new(&routes, &[], &[("about.html", "about")], json!([]));
    site.get("/todo/make/buy%20milk%20%3Cb%3E", &[]).body();
    assert_eq!(site.get("/todo/list", &[]).body(), "<li>buy milk &lt;b&gt;");
    assert_eq!(
        site.get("/whenis/0", &[]).body(),
        "Thu, 01 Jan 1970 00:00:00 GMT"
    );
    assert_eq!(site.get("/static/html/about", &[]).body(), "about");
    assert!(["yes", "no"].contains(&site.get("/eightball", &[]).body()));
    assert_eq!(site.get("/falsy/zero", &[]).value(), &json!(0));
}
