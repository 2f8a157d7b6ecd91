/// The most common passwords by their letters alone (capital letters, digits at the ends and `0` for `o` don't make them
/// better), the most common one first; from counts of public leaks as zxcvbn's lists have them (MIT licence), and words that
/// lie near in a warehouse.
enum CommonPasswords {
    static let words = all.split(whereSeparator: { $0 == " " || $0 == "\n" }).map(String.init)
    static let set = Set(words)

    private static let all = """
        password passwort passwd kennwort geheim hallo schatz lager lagerhalle halle warehouse kamera camera kameras
        cameras logistik logistics admin administrator welcome willkommen sommer winter fruehling herbst spring summer
        autumn januar februar maerz april juni juli august september oktober november dezember january february march
        october december montag dienstag mittwoch donnerstag freitag samstag sonntag monday tuesday wednesday thursday
        friday saturday sunday firma company security sicherheit default changeme letmein secret login user benutzer
        guest gast test testtest demo root master operator viewer berlin hamburg muenchen munich deutschland germany
        aislewatch video videos watch monitor monitoring forklift stapler pallet palette service support manager
        office buero qwerty dragon baseball football monkey shadow mustang qwertyuiop superman qazwsx jordan killer
        trustno hunter harley zxcvbnm asdfgh buster batman soccer tigger charlie sunshine iloveyou ranger hockey
        computer starwars pepper klaster zxcvbn freedom princess maggie pass ginger love cheese chelsea dallas biteme
        matrix yankees corvette austin access thunder merlin diamond hello hammer qwer silver gfhjkm internet samantha
        golfer scooter orange cookie qiweerat maverick sparky phoenix mickey bigdog snoopy guitar whatever chicken
        camaro mercedes peanut ferrari falcon cowboy samsung steelers smokey dakota arsenal boomer eagles tigers
        marina nascar gateway yellow porsche monster spider diablo hannah bulldog junior london purple compaq lakers
        iceman hardcore cowboys money banana boston tennis qiweer coffee scooby nikita yamaha mother barney brandy
        chester oliver player forever rangers midnight chicago bigdaddy redsox angel badboy fender jasper slayer
        rabbit natasha marine wizard marlboro raiders prince casper fishing flower jasmine iwantu adidas winner
        gandalf enter ghbdtn qweear golden cocacola winston madison angels panther blowme sophie asdfasdf toyota tiger
        canada muffin liverpoo apples abcd pokemon slipknot qazxsw scorpion qwaszx startrek rainbow asdfghjkl razz
        newyork redskins gemini cameron qazwsxedc florida liverpool turtle sierra viking booger doctor rocket dolphins
        captain bandit jaguar packers pookie peaches asdf dolphin helpme blue theman maxwell qwertyui lovers maddog
        giants nirvana metallic hotdog rosebud mountain warrior stupid elephant success bond jackass alexis lucky
        scorpio samson qiwe azerty rush driver freddy qweearst sydney gators dexter bubba creative voodoo golf trouble
        america nissan gunner garfield asdfghjk apollo eminem legend airborne bear beavis apple brooklyn godzilla
        skippy buddy qwert kitten magic shelby beaver phantom asdasd xavier braves darkness blink copper platinum
        qweqwe tomcat girls bigboy animal police online voyager lifehack fish sniper trinity blazer heaven lover
        snowball playboy loveme bubbles hooters cricket willow donkey topgun nintendo saturn destiny pakistan pumpkin
        digital sergey redwings explorer private runner therock guinness lasvegas beatles fire cassie christin celtic
        andrey broncos babygirl eclipse fluffy cartman michigan carolina testing alexande birdie pantera cherry
        vampire mexico buffalo genius montana beer minecraft maximus flyers lovely stalker metallica doggie snickers
        speedy bronco paradise yankee horses magnum dreams lacrosse goober enigma qwertyu scotty bollocks surfer
        poohbear genesis star qweasdzxc racing hawaii eagle viper poopoo einstein drowssap simple badger alaska action
        jester drummer spitfire forest maryjane champion diesel svetlana hotrod chevy westside google badass tester
        shorty thumper hitman mozart zaqiwsx reddog lizard ruslan scarface buddha spirit stargate naruto mercury
        liberty semperfi suzuki popcorn spooky marley scotland kitty cherokee vikings simpsons rascal qweasd hummer
        loveyou michael patches russia jupiter penguin passion vfhbyf honda vladimir sandman passport raider bastard
        infinity bulldogs fantasy horney domino budlight disney ironman softball brutus redrum bigred mnbvcxz
        fktrcfylh karina marines digger kawasaki cougar fireman oksana justice super wildcats tinker logitech dancer
        swordfis avalon everton alexandr motorola patriots madonna ducati colorado connor juventus galore smooth
        freeuser warcraft boogie titanic wolverin elizabet arizona valentin saints asdfg accord christ yfnfif stinky
        spiderma naughty chopper nccitoid extreme skyline poop zombie pearljam froggy awesome vision pirate fylhtq
        dreamer bullet predator empire kirill panthers skipper nemesis rasdzv peekaboo rolltide cardinal psycho danger
        mookie happy chevelle manutd goblue hobbes vegeta fyfcnfcbz picard windows loverboy victory vfrcbv bambam
        serega turkey tweety galina hiphop rooster taurus polina electric avatar maksim raptor alpha hendrix newport
        brazil aibc madmax britney sublime darkside bigman wolfpack classic hercules ronaldo qwee spiderman blizzard
        cheyenne cjkysirj wombat pandora holiday wildcat devils horse alabama caesar pickle shaggy catch leather
        chronic aibced airplane kodiak freepass billybob sunset katana phpbb chocolat snowman stingray firebird wolves
        zeppelin detroit pontiac gundam panzer outlaw redhead tarheels greenday nastya hardon engineer hellfire
        serenity cobra fireball darkstar flash strike beauty pavilion bobafett dbrnjhbz bigmac bowling chris ytrewq
        natali pyramid rulez dodgers apache swimming whynot teens trooper defender precious packard weasel popeye
        lucifer cancer icecream raven swordfish presario viktor rockstar blonde james wutang spike atlanta airforce
        thailand casino lennon mouse hacker bluebird hawkeye theone catfish sailor goldfish nfnmzyf tattoo pervert
        barbie maxima machine trucks wrangler rocks tornado lights cadillac bubble pegasus madman longhorn browns
        target eatme microsoft dilbert christia baller shooter xfiles seattle qazqaz cthutq amateur prelude corona
        freaky malibu assassin atlantis integra pussies iloveu lonewolf dragons unicorn software bobcat stealth peewee
        openup srinivas zaqwsx valentina shotgun trigger veronika bruins coyote babydoll joker dollar lestat rocky
        hottie random wordpass smiley sweety snake chipper woody samurai devildog gizmo maddie sosoiealjg mistress
        flipper express hjvfirf moose cessna piglet polaris teacher montreal cookies wolfgang scully fatboy wicked
        tickle bunny dfvgbh foobar transam pepsi fetish oicu basketba toshiba hotstuff booty gambit impala stephani
        jessica lancer knicks shamrock stinger redneck deftones squirt siemens blaster trucker subaru renegade ibanez
        manson swinger reaper blondie mylove galaxy blahblah enterpri travel babylon indiana skeeter sugar ficken
        smoke bigone sweetpea trfnthbyf marino escort smitty bigfoot babes larisa trumpet spartan valera asdfghj
        stormy mister hamlet aardvark marathon paladin cavalier manchester skater indigo hornet buckeyes indians
        karate hesoyam toronto diamonds chiefs buckeye qazwsxeedc highland charger redman passwor maiden drpepper
        storm garden pencil sherlock timber thuglife insane pizza jungle jesus aragorn abec hamster david triumph
        techno lollol pioneer catdog fktrctq morpheus pascal hobbit consumer blabla justme stones chrissy spartak
        goforit burger pitbull adgjmptw italia barcelona hunting colors kissme overlord pebbles sundance emerald doggy
        racecar irina element zipper alpine basket goddess poison sakura chichi huskers ultimate nccitoie blackie
        nicola rommel matthew caserta omega geronimo sammy trojan philips nugget tarzan chicks aleksandr trixie
        portugal anakin dodger bomber superfly madness qiweeratsy loser fatcat ybrbnf soldier warlock wrinkle desire
        babe seminole alejandr westham andrei concrete weed ladybug christop trombone tintin bluesky rhbcnbyf
        qazxswedc onelove cdtnkfyf vfvjxrf titans stallion truck hansolo smiles beagle panama kingkong flatron inferno
        mongoose connect poiuyt snatch qawsed juice blessed rocker snakes turbo bluemoon finger jamaica mulder beetle
        passat immortal plastic anthony whiskey dietcoke spunky cactus exigen planet ripper teen spyder nolimit
        hollywoo sticky trunks pickles sailing bonehead ghbdtnbr delta charlott rubber molly yomama hongkong jumper
        william faster unreal memphis nylons legion sebastia shalom pentium werewolf funtime ferret orion curious
        niners cantona sprite philly pirates abgrtyu lollipop eternity boeing sweets cooldude tottenha green jackoff
        stocking moomoo martini biscuit drizzt colt fossil makaveli snapper satan maniac salmon patriot verbatim nasty
        shasta asdzxc shaved blackcat raistlin punkrock cjkywt waterloo crimson twister oxford musicman seinfeld
        biggie condor ravens megadeth wolfman cosmos sharks banshee keeper foxtrot gnsgn skywalke velvet black sesame
        dogs squirrel privet sunrise wolverine legolas grendel ghost cats carrot frosty lvbnhbq blades stardust frog
        qazwsxed coolio brownie groovy twilight daytona vanhalen pikachu peanuts hershey jericho intrepid ninja
        lobster goblin punisher strider shogun kansas amadeus seven jason neptune showtime muscle oldman ekaterina
        rfrfirf getsome showme obiwan skittles danni tanker maestro tarheel anubis hannibal newlife gothic shark
        fighter blues princes chaos sabine qweearsty python mirage devil clover tequila surfing delete potato chubby
        panasonic sandiego portland baggins fusion sooners blackdog californ moscow playtime mature abecad dagger dima
        stimpy gangster warriors iverson chargers byteme swallow liquid dingdong nymets cracker mushroom crusader
        bigguy miami dkflbvbh bugger nimrod tazman stranger newpass doodle powder gotcha guardian dublin slapshot
        septembe milano grizzly knights photos nookie charly rammstein brasil scruffy munchkin poopie kittycat latino
        walnut thegame kolobok picasso robert barcelon bananas trance auburn coltrane goodluck starcraft wheels parrot
        postal blade wisdom pink gorilla katerina andrew shaney dumbass osiris oakland discover lonestar bingo
        meridian ping heather dookie stonecol megaman rjntyjr ledzep lowrider richard firefly griffey racerx paradox
        ghjcnj gangsta zaqixsw tacobell weezer sirius halflife buffett shiloh vertigo sergei aliens sobaka keyboard
        kangaroo sinner bonjour socrates chucky hotboy sprint sarah scarlet celica shazam formula trebor qwerasdf jeep
        mailcreated bollox rebels vacation lexmark penguins ragnarok tempest vfhecz tacoma qwertz colombia flames
        rockon duck prodigy wookie dodgeram mustangs sithlord smoker server bang incubus scoobydo oblivion molson
        kitkat titleist rescue zxcv carpet tardis jimbob xanadu blueeyes shaman mersedes pooper golfing hearts mallard
        kenwood patrick dogg oracle nuttertools topper shemale sleepy gremlin yourmom printer monkeys peterpan mikey
        kingston cooler jimbo asterix freckles birdman frank defiant aussie stud blondes tatyana aspirine mariners
        jackal deadhead katrin anime rootbeer frogger polo noodles thomas parola shaolin celine plymouth creampie
        justdoit ohyeah fatass amazon kisses magnus camel nopass bosco putter champs massive spidey lightnin camelot
        letsgo gizmodo aezakmi bones caliente goodtime thankyou brucelee redalert aquarius catherin smokin pooh mypass
        astros roller porkchop sapphire kevin aisdef beckham atomic rusty vanilla qazwsxedcrfv kaktus cxfcnmt blacky
        elvis aggies blackjac bangkok scream iforgot power kasper slappy veritas chevrole amber vader amsterdam jammer
        primus spectrum eduard granny sasha clancy hitler avenger simba smudge scrappy labrador john syracuse front
        falcons husker candyman commando gator pacman pancho krishna fatman clitoris pineappl jayeeuz barkley vulcan
        punkin boner celtics monopoly flyboy romashka gangbang area spartans tricky snuggles drago homerun vectra
        homer hermes topcat cuddles infiniti cosworth goose ivanov bossman qawsedrf peugeot exigent doberman durango
        brandon plumber telefon horndog laguna rbhbkk dawg webmaster breeze beast beefcake leopard redbull oscar
        topdog godsmack theking pics speaker viktoria bowler starbuck gjkbyf valhalla anarchy blacks herbie kingpin
        starfish nokia loveit achilles labtec nccitoia fitness brando bull kicker napass desert sailboat bohica
        tractor hidden muppet jackson jimmy terminator phillies terror farside swingers legacy frontier doughboy
        jrcfyf sabbath daniel nebraska homers qwertyuio azamat fallen agent striker camels iguana looker pinkfloy
        moloko dannyboy luckydog pistol whocares charmed skiing select franky puppy daniil vladik vette vfrcbvrf
        ihateyou nevada moneys vkontakte mandingo puppies mystic zidane kotenok dilligaf budman bunghole zvezda triton
        golfball technics trojans panda laptop rookie aberdeen gustav jethro enterprise igor stripper filter hurrican
        rfnthbyf lespaul butch dthjybrf excalibu nofear momoney possum cutter oilers moocow cupcake gbpltw splash
        svetik soleil bogdan melissa vipers babyboy tdutybq lancelot ccbill keystone flamingo firefox dogman vortex
        rebel noodle zaphod killme coolman danila designer skinny kamikaze deadman gopher doobie warhammer deeznuts
        freaks engage steve poncho hammers azsxdc dracula sassy boots deskjet macdaddy mighty manchest sterlin casey
        meatball mailman sinatra cthulhu bubbas cartoon bicycle truelove sentinel tolkien breast capone summit peter
        daisy crazy jamesbon texas sonic billyboy redhot microsof microlab daddy rockets iloveyo fernand gordon danie
        cutlass polska pantyhos thekid aikido gofish mayday coke anfield sony lansing smut scotch catman hustler saun
        dfkthbz jenny azsxdcfv cheers irish gabrie tinman orioles charlton fortuna airbus rustam xtreme bigmoney
        zxcasd retard grumpy huskies boxing kelly ultima warlord fordf oranges rotten asdfjkl superstar denali sultan
        bikini saratoga thor figaro sixers wildfire vladislav sparta mayhem greenbay chewie music number cancun fabie
        mellon poiuytrewq cloud crunch bigtime piccolo bigbird billy mojo maradona sandro bizkit rjirfrgbde rightnow
        hyperion treasure meatloaf armani rovers jarhead cruise coconut dragoon utopia davids cosmo rfhbyf reebok
        charli giorgi sticks sayang exodus anaconda zaqxsw illini woofwoof emily sandy packer poontang govols jedi
        tomato beaner cooter creamy lionking albatros poodle kenworth dinosaur greens goku happyday eeyore tsunami
        cabbage memorex chaser bogart tommy volley whisper knopka ericsson walleye katie chickens tyler corrado
        twisted zorro clemson zxcasdqwe tootsie milana zenith fktrcfylhf shania frisco polniypizdec crazybab junebug
        fugazi rereirf vfvekz sausage vfczyz koshka clapton justin anhyeuem condom fubar hardrock skywalker tundra
        gringo canon vitalik aspire stocks applepie arjay pillow sparkle gmoney rockhard samiam everest hellyeah
        skorpion rfrnec hedgehog australi candle slacker voyeur jazzman bobby broder wolfie vfksirf qawseed fright
        yosemite temp karolina fart barsik surf cheetah baddog deniska starship bootie milena hithere kume greatone
        cent albion amanda midget lion maxell cyclone nikola bonsai kenshin slider balloon roadkill killbill jerkoff
        dinamo tekken rambler goliath cinnamon malaka backdoor fiesta rastaman fletch sojdlgiealjg stefano artemis
        calico nyjets damnit robotech duchess rctybz hooter keywest mechanic pingpong presto sword rasputin bristol
        shado amsterda wibble carrera alibaba majestic ramses duster route trident clipper steeler wrestlin divine
        kipper gotohell kingfish passwords pompey viagra spurs lineage oleg macross pooter brian charles slave jokers
        yzerman swimmer nwoalife solnce seamus lolipop pupsik ivanova matador ktyjxrf subway cinder vermont pussie
        chico florian magick guiness allsop ghetto typhoon dfkthf depeche skydive dammit seeker crysis kcjwxsn
        umbrella rdcepo snoopdog critter theboss ding splinter kinky cyclops jayhawk caramel underdog caveman onlyme
        feather hotshot renault george pippen floppy megapass usmc kickass great quattro wassup helloo nicole chivas
        shannon bullseye java fishes blackhaw jamesbond tunafish juggalo dkflbckfd translator beanie alucard supersta
        magicman ashley cohiba xbox caligula facial dfktynbyf cigars fang klingon safari looser deepthroat malina
        tazmania gonzo goalie jacob monaco cruiser misfit tommyboy sharky vfhufhbnf horizon absolut brighton death
        kungfu maxx forfun mamapapa budweise banker getmoney kostya bigbear vector fallout nudist gunners royals
        chainsaw scania trader blueboy walrus eastside kahuna steph cypress champ undertaker ybrjkfq europa snowboar
        sabres moneyman chrisbln minime nipper groucho whitey viewsonic penthous wolf fabric flounder coolguy whitesox
        passme smegma skidoo thanatos snapple dalejr mondeo thesims mybaby panasoni sinbad thecat topher frodo
        sneakers zixc alfa taylor ghjcnjnfr olivier cyber titanium jabroni dang hambone intruder holly gargoyle sadie
        static poseidon studly newcastl poppy johannes danzig beastie musica buckshot sunnyday adonis bluedog bonkers
        chrono compute spawn smelly wapbbs goldstar quantum pisces boomboom gunnar nike multiplelo custom motherlode
        westwood usnavy daewoo korn stereo sasuke sunflowe watcher dharma babyblue marius walmart snoop starfire
        paintbal knickers aaliyah lokomotiv theend sapper rover scanner racer zeus doogie bayern joshua newbie scott
        losers droopy outkast martin dodge wasser ufkbyf rjycnfynby thirteen hotred deejay jessic philippe scout
        cubbies havefun magpie fghtkm avalanch pudding leonid harry audia bimmer idontknow vfvfgfgf aleksey builder
        zerocool godfather mylife donuts allmine redfish sascha nitram bounce smokes xzkgw rodman stunner zxasqw
        hoosier hairy beretta insert rtyuehe francesc tights micron quartz gegcbr searay jewels bogey paintball
        celeron padres bing syncmaster ziggy simon beaches prissy diehard mittens aleksandra queens biggles southpark
        artur twinkle gretzky rabota cambiami monalisa gollum chuckles gladiator whisky spongebob mazafaka meathead
        barefoot cfitymrf bigass aisd kosmos blessing clevelan terrapin johnboy maggot clarinet deeznutz stumpy stoney
        footbal traveler volvo bucket snapon pianoman hawkeyes futbol casanova tango goodboy scuba honey warthog
        mustard nickel meowmeow boricua prophet sauron qwas reefer andromeda crystal goofy loco triangle whatsup
        mellow bengals maste sunshin smeghead hokies sting welder rambo cerberus rockford monke goldwing gabriell
        buzzard crjhgbjy rainman groove tiberius purdue hayabusa shou jagger diver zigzag poochie usarmy phish redwood
        redwing salamander sputnik ripple eternal qweaer thegreat allstar slinky gesperrt mishka whiskers pinhead
        overkill sweet rhfcjnrf montgom sersolution jamie starman proxy swords nikolay bacardi rasta badgirl rebecca
        """
}
